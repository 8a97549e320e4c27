// The questions that are asked before a template is copied or deleted.
import { api, type Template } from "../api.ts";
import { drafts } from "../pages/draft.ts";
import type { Question } from "./dialog.ts";

type Then<T> = (result: T) => Promise<void> | void;

export function duplicateQuestion(template: Template, then: Then<Template>): Question {
  return {
    heading: "Duplicate the template",
    text: `The copy has the body and the senders of ${template.title}.`,
    action: "Duplicate",
    field: { label: "Title of the copy", value: `${template.title}_copy` },
    confirm: async (title) => then(await api.duplicateTemplate(template.id, title.trim())),
  };
}

export function deleteQuestion(template: Template, then: Then<void>): Question {
  return {
    heading: "Delete the template?",
    text: `${template.title} and its versions are gone then; a send that names it is refused.`,
    action: "Delete",
    dangerous: true,
    confirm: async () => {
      await api.deleteTemplate(template.id);
      drafts.drop(template.id);
      await then();
    },
  };
}
