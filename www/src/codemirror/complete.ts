// Names of tokens where one is being typed, after `$` and `{{`: the module says which and where.
import { autocompletion, type CompletionSource, completionKeymap } from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { namesAtHand } from "../editing/analysis.ts";
import { kindName } from "../editing/words.ts";
import { contextField, textOf } from "./state.ts";

const source: CompletionSource = ({ state, pos }) => {
  const context = state.field(contextField);
  const names = namesAtHand(context);
  const items = (() => {
    try {
      return context.engine.complete({ body: textOf(state), at: pos, names }).items;
    } catch {
      // What the module refuses is said beside the text already.
      return [];
    }
  })();
  const [first] = items;
  if (first === undefined) return null;
  return {
    from: first.range.utf16[0],
    filter: false,
    options: items.map(({ label, insert, range, detail }) => ({
      label,
      detail: kindName(detail),
      type: detail,
      apply: (view) => {
        const [from, to] = range.utf16;
        view.dispatch({
          changes: { from, to, insert },
          selection: { anchor: from + insert.length },
          userEvent: "input.complete",
        });
      },
    })),
  };
};

/** The frame that shows what was typed does not wait for what else might be. */
const AFTER_MS = 40;

export function completion(): Extension {
  return [
    autocompletion({ override: [source], icons: false, activateOnTypingDelay: AFTER_MS }),
    keymap.of(completionKeymap),
  ];
}
