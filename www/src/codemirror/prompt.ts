// The CodeMirror extension for an action's prompt: what it names is completed, what is wrong is
// underlined with its fixes, and `/` offers all that may be named.
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
  startCompletion,
} from "@codemirror/autocomplete";
import { linter } from "@codemirror/lint";
import { type Extension, Prec } from "@codemirror/state";
import { type EditorView, keymap } from "@codemirror/view";
import { kindName } from "../editing/words.ts";
import type { Diagnostic, Names } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";
import { squiggle } from "./lint.ts";
import { theme } from "./theme.ts";

/** What exists now: the lists may come after the editor. */
export type NamesNow = () => Names;

/** What opens the list of all that may be named. */
const SLASH = "/";

/** The squiggles wait until the typing pauses. */
const AFTER_MS = 60;

export function prompt(
  engine: Verbatim,
  names: NamesNow,
  judged: (diagnostics: Diagnostic[]) => void,
): Extension {
  return [
    linter(
      ({ state }) => {
        const { diagnostics } = engine.checkPrompt({
          prompt: state.doc.toString(),
          names: names(),
        });
        judged(diagnostics);
        return diagnostics.map(squiggle);
      },
      { delay: AFTER_MS },
    ),
    autocompletion({
      override: [
        (context) => afterSlash(engine, names(), context) ?? typed(engine, names(), context),
      ],
      icons: false,
    }),
    keymap.of(completionKeymap),
    Prec.low(theme),
  ];
}

/** Opens the list of all that may be named, where the writer is. */
export function offerAll(view: EditorView): void {
  view.focus();
  view.dispatch(view.state.replaceSelection(SLASH), { userEvent: "input.type" });
  startCompletion(view);
}

/** After `/` at the beginning of a word: all of them, narrowed by what follows it. */
function afterSlash(
  engine: Verbatim,
  names: Names,
  context: CompletionContext,
): CompletionResult | null {
  const slash = context.matchBefore(/(?<!\S)\/[\w-]*/);
  if (slash === null) return null;
  const wanted = slash.text.slice(SLASH.length).toLowerCase();
  const { items } = engine.complete({ prompt: "{{", at: 2, names });
  const fitting = items.filter(({ label }) => label.toLowerCase().includes(wanted));
  return {
    from: slash.from,
    filter: false,
    options: fitting.map(({ label, insert, detail }) => option(label, detail, insert)),
  };
}

function typed(
  engine: Verbatim,
  names: Names,
  { state, pos }: CompletionContext,
): CompletionResult | null {
  const { items } = engine.complete({ prompt: state.doc.toString(), at: pos, names });
  const [first] = items;
  if (first === undefined) return null;
  return {
    from: first.range.utf16[0],
    filter: false,
    options: items.map(({ label, insert, range, detail }) =>
      option(label, detail, insert, range.utf16),
    ),
  };
}

function option(
  label: string,
  kind: Parameters<typeof kindName>[0],
  insert: string,
  place?: [number, number],
): Completion {
  return {
    label,
    detail: kindName(kind),
    type: kind,
    apply: (view, _, from, to) => {
      const [start, end] = place ?? [from, to];
      view.dispatch({
        changes: { from: start, to: end, insert },
        selection: { anchor: start + insert.length },
        userEvent: "input.complete",
      });
    },
  };
}
