// The console's pages and their addresses, which live behind `#`: any static server serves them.
import { ENVIRONMENTS, MESSAGE_STATES, type MessageFilter } from "./api.ts";

export type Route =
  | { page: "templates" }
  | { page: "template"; id: string }
  | { page: "new-template" }
  | { page: "agent" }
  | { page: "deliveries"; filter: MessageFilter }
  | { page: "delivery"; id: string }
  | { page: "consent" }
  | { page: "person"; recipient: string }
  | { page: "phone" }
  | { page: "settings" }
  | { page: "chaos" };

/** An unknown address is the list of templates. */
export function parseRoute(hash: string): Route {
  const [path = "", query] = hash.replace(/^#?\/?/, "").split("?");
  const [page, id] = path.split("/");
  switch (page) {
    case "templates":
      if (id === undefined || id === "") return { page: "templates" };
      return id === "new" ? { page: "new-template" } : { page: "template", id: decode(id) };
    case "agent":
      return { page: "agent" };
    case "deliveries":
      if (id === undefined || id === "") return { page: "deliveries", filter: filterOf(query) };
      return { page: "delivery", id: decode(id) };
    case "consent":
      if (id === undefined || id === "") return { page: "consent" };
      return { page: "person", recipient: decode(id) };
    case "phone":
      return { page: "phone" };
    case "chaos":
      return { page: "chaos" };
    case "settings":
      return { page: "settings" };
    default:
      return { page: "templates" };
  }
}

export function address(route: Route): string {
  switch (route.page) {
    case "templates":
      return "#/templates";
    case "template":
      return `#/templates/${encodeURIComponent(route.id)}`;
    case "new-template":
      return "#/templates/new";
    case "agent":
      return "#/agent";
    case "deliveries":
      return `#/deliveries${queryOf(route.filter)}`;
    case "delivery":
      return `#/deliveries/${encodeURIComponent(route.id)}`;
    case "consent":
      return "#/consent";
    case "person":
      return `#/consent/${encodeURIComponent(route.recipient)}`;
    case "phone":
      return "#/phone";
    case "chaos":
      return "#/chaos";
    case "settings":
      return "#/settings";
  }
}

/** What is no filter of the list is left out. */
function filterOf(query = ""): MessageFilter {
  const asked = new URLSearchParams(query);
  const state = MESSAGE_STATES.find((one) => one === asked.get("state"));
  const environment = ENVIRONMENTS.find((one) => one === asked.get("environment"));
  return {
    ...(state === undefined ? {} : { state }),
    ...(environment === undefined ? {} : { environment }),
    ...text(asked, "template"),
    ...text(asked, "sender"),
    ...text(asked, "to"),
    ...(asked.get("miscounted") === "true" ? { miscounted: true } : {}),
  };
}

function text(asked: URLSearchParams, name: "template" | "sender" | "to"): MessageFilter {
  const value = asked.get(name);
  return value === null || value === "" ? {} : { [name]: value };
}

function queryOf(filter: MessageFilter): string {
  const query = Object.entries(filter).map(([name, value]) => [name, String(value)]);
  return query.length === 0 ? "" : `?${new URLSearchParams(query)}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
