// Squiggles, and the fixes that the module offers, by click and by key.
import { type Action, linter, lintKeymap, type Diagnostic as Squiggle } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import { type Command, type EditorView, keymap } from "@codemirror/view";
import type { Diagnostic, Fix } from "../types.ts";
import { analysisField, findings, waitingField } from "./state.ts";

/** The frame that shows what was typed does not wait for its squiggles. */
const AFTER_MS = 60;

/** Makes a fix as one step of the editor's history. */
export function applyFix(view: EditorView, { edits }: Fix): void {
  view.dispatch({
    changes: edits.map(({ range, text }) => ({
      from: range.utf16[0],
      to: range.utf16[1],
      insert: text,
    })),
    userEvent: "input.fix",
  });
  view.focus();
}

/** Of the body alone: a title's diagnostics are shown beside the title. */
export function squiggle({ code, severity, message, range, fixes }: Diagnostic): Squiggle {
  return {
    from: range.utf16[0],
    to: range.utf16[1],
    severity,
    source: code,
    message: message.replaceAll("`", ""),
    actions: fixes.map(
      (fix): Action => ({
        name: fix.label.replaceAll("`", ""),
        // The text has not changed since, or there would be another diagnostic.
        apply: (view) => applyFix(view, fix),
      }),
    ),
  };
}

/** Makes the first fix of what is wrong at the cursor. */
export const fixAtCursor: Command = (view) => {
  const { head } = view.state.selection.main;
  const found = view.state
    .field(analysisField)
    .check?.diagnostics.find(
      ({ part, range, fixes }) =>
        part === "body" && fixes.length > 0 && range.utf16[0] <= head && head <= range.utf16[1],
    );
  const fix = found?.fixes[0];
  if (fix === undefined) return false;
  applyFix(view, fix);
  return true;
};

/** `whole`: whether a finding about all of the text underlines all of it. */
export function lint(whole: boolean): Extension {
  return [
    linter(
      ({ state }) =>
        // Nobody is told that an empty body is too short: they are about to write one.
        state.doc.length === 0
          ? []
          : findings(state, state.field(analysisField))
              .filter(({ part, range: { utf16 } }) => {
                const all = utf16[0] === 0 && utf16[1] === state.doc.length;
                return part === "body" && (whole || !all);
              })
              .map(squiggle),
      {
        delay: AFTER_MS,
        needsRefresh: ({ startState, state }) =>
          startState.field(analysisField) !== state.field(analysisField) ||
          startState.field(waitingField) !== state.field(waitingField),
      },
    ),
    keymap.of([{ key: "Mod-.", run: fixAtCursor }, ...lintKeymap]),
  ];
}
