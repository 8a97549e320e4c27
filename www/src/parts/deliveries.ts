// The list of messages that the page of deliveries shows: its beginning as the host tells it, what
// moves in it, and its further pages. Pure: it asks nobody, so that it can be tested by itself.
import type { Message, MessageFilter, Paged } from "../api.ts";

/** The most that are shown at a time; more would make the page slow. */
export const MOST_SHOWN = 500;

/** Nothing that was asked for yet. */
export const UNKNOWN: Paged<Message> = { items: [], next: null };

/** Whether a message belongs in a list with this filter. */
export function fits(message: Message, filter: MessageFilter): boolean {
  return (
    (filter.state === undefined || message.state === filter.state) &&
    (filter.environment === undefined || message.environment === filter.environment) &&
    (filter.template === undefined || message.template === filter.template) &&
    (filter.sender === undefined || message.sender === filter.sender) &&
    (filter.to === undefined || message.to === filter.to) &&
    (filter.miscounted === undefined || message.miscounted)
  );
}

/** An answer may have been overtaken by what was heard while it was on its way. */
function newer(known: Message | undefined, told: Message): Message {
  return known !== undefined && known.updated_at > told.updated_at ? known : told;
}

/** The list after its first page was asked for anew; what was shown beyond that page stays. */
export function renewed(list: Paged<Message>, asked: Paged<Message>): Paged<Message> {
  const known = new Map(list.items.map((message) => [message.id, message]));
  const items = asked.items.map((message) => newer(known.get(message.id), message));
  const first = { items, next: asked.next };
  if (first.next === null) return first;
  // Ids rise with time, so what stands behind the page is what is older than where it ends.
  const end = first.next;
  const older = list.items.filter(({ id }) => id < end);
  if (older.length === 0) return first;
  return trimmed({ items: [...first.items, ...older], next: list.next });
}

/** The list after these messages moved. */
export function moved(
  list: Paged<Message>,
  messages: Iterable<Message>,
  filter: MessageFilter,
): Paged<Message> {
  const byId = new Map(list.items.map((message) => [message.id, message]));
  for (const told of messages) {
    const message = newer(byId.get(told.id), told);
    const beyond = list.next !== null && message.id < list.next;
    if (!fits(message, filter)) byId.delete(message.id);
    else if (byId.has(message.id) || !beyond) byId.set(message.id, message);
  }
  const items = [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  return trimmed({ items, next: list.next });
}

/** The list with its next page behind it. */
export function longer(list: Paged<Message>, page: Paged<Message>): Paged<Message> {
  const known = new Set(list.items.map(({ id }) => id));
  const items = [...list.items, ...page.items.filter(({ id }) => !known.has(id))];
  return { items, next: page.next };
}

/** What falls off is had again by the next page. */
function trimmed(list: Paged<Message>): Paged<Message> {
  if (list.items.length <= MOST_SHOWN) return list;
  const items = list.items.slice(0, MOST_SHOWN);
  return { items, next: items.at(-1)?.id ?? null };
}
