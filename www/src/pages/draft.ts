// What a writer has typed and not saved. It outlives the page it was typed in, so that a look at
// the phone costs nothing; closing the tab asks first.
import type { Senders, Template, TemplateDraft } from "../api.ts";
import type { Environment, Values } from "../types.ts";

/** The key of the draft that is no template yet. */
export const NEW = "new";

export interface Draft extends TemplateDraft {
  values: Values;
  environment: Environment;
  language: string;
}

const NO_SENDERS: Senders = { live: null, pre_release: null, sandbox: null };

const held = new Map<string, { draft: Draft; saved: TemplateDraft }>();

export const drafts = {
  /** The draft of this template, or a new one from what is saved, with values to see it with. */
  open(id: string, saved: TemplateDraft, samples: Values = {}): Draft {
    const found = held.get(id);
    if (found !== undefined && drafts.isUnsaved(id)) {
      found.saved = saved;
      return found.draft;
    }
    // What was typed beside the template stays; the template is as it was saved last.
    const draft: Draft = {
      title: saved.title,
      body: saved.body,
      senders: { ...NO_SENDERS, ...saved.senders },
      values: found?.draft.values ?? samples,
      environment: found?.draft.environment ?? "sandbox",
      language: found?.draft.language ?? "",
    };
    held.set(id, { draft, saved });
    return draft;
  },

  keep(id: string, draft: Draft): void {
    const found = held.get(id);
    if (found !== undefined) found.draft = draft;
  },

  /** After a save: under the id it now has. */
  settle(from: string, draft: Draft, template: Template): void {
    held.delete(from);
    held.set(template.id, { draft, saved: template });
  },

  drop(id: string): void {
    held.delete(id);
  },

  isUnsaved(id: string): boolean {
    const found = held.get(id);
    return found !== undefined && !same(found.draft, found.saved);
  },

  anyUnsaved(): boolean {
    return [...held.keys()].some((id) => drafts.isUnsaved(id));
  },
};

/** A template that was never saved. */
export const BLANK: TemplateDraft = { title: "", body: "", senders: NO_SENDERS };

function same(a: TemplateDraft, b: TemplateDraft): boolean {
  return (
    a.title === b.title &&
    a.body === b.body &&
    (Object.keys(NO_SENDERS) as Environment[]).every(
      (environment) => (a.senders[environment] ?? null) === (b.senders[environment] ?? null),
    )
  );
}
