// What the extension keeps in the editor's state: with what the body is judged, and the verdict.
// The verdict is of the text that stands there, always; what is drawn of it beside the text itself
// follows after the frame that shows the text, so that no key waits for it.
import { invertedEffects } from "@codemirror/commands";
import { EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import { EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { type Analysis, analyse, type Context } from "../editing/analysis.ts";
import { finished, waiting } from "../editing/unfinished.ts";
import type { Diagnostic, TokenName } from "../types.ts";
import { valueFor, withValue } from "../values.ts";

/** Changes with what the body is judged. */
export const setContext = StateEffect.define<Partial<Context>>();

/** Sets a sample value, or takes it away for null; undone together with its transaction. */
export const setValue = StateEffect.define<{ token: TokenName; value: string | null }>();

/** With what the body is judged. */
export const contextField = StateField.define<Context>({
  create() {
    throw new Error("expected the extension to give the context its beginning");
  },
  update(context, { effects }) {
    let now = context;
    for (const effect of effects) {
      if (effect.is(setContext)) now = { ...now, ...effect.value };
      if (effect.is(setValue)) {
        const { token, value } = effect.value;
        now = { ...now, values: withValue(now.values, token, value) };
      }
    }
    return now;
  },
});

/** The verdict on what the editor holds now. */
export const analysisField = StateField.define<Analysis>({
  create: (state) => analyse(textOf(state), state.field(contextField)),
  update(analysis, { docChanged, startState, state }) {
    const context = state.field(contextField);
    return docChanged || startState.field(contextField) !== context
      ? analyse(textOf(state), context)
      : analysis;
  },
});

/** The frame that shows the text has passed. */
const settle = StateEffect.define<null>();

/** The verdict that is drawn: the newest, but for the frame of a key. */
export const drawnField = StateField.define<Analysis>({
  create: (state) => state.field(analysisField),
  update(drawn, transaction) {
    const { docChanged, effects, state } = transaction;
    const byKey = transaction.isUserEvent("input.type") || transaction.isUserEvent("delete");
    const now = effects.some((one) => one.is(settle) || one.is(setContext) || one.is(setValue));
    return now || (docChanged && !byKey) ? state.field(analysisField) : drawn;
  },
});

const setFocus = StateEffect.define<boolean>();

/** Where the writer is, in UTF-16 code units; null while they are elsewhere. */
const cursorField = StateField.define<number | null>({
  create: () => null,
  update(cursor, { effects, newSelection }) {
    let focused = cursor !== null;
    for (const effect of effects) if (effect.is(setFocus)) focused = effect.value;
    return focused ? newSelection.main.head : null;
  },
});

/** Where something waits to be said until the writer leaves it, in what is drawn; null: nowhere. */
export const waitingField = StateField.define<number | null>({
  create: () => null,
  update(before, { state }) {
    const drawn = state.field(drawnField);
    // The frame of a key asks for no check.
    if (drawn !== state.field(analysisField)) return before;
    return waiting(drawn.check?.diagnostics ?? [], state.field(cursorField));
  },
});

/** What there is to say of a text, while the writer is where they are. */
export function findings(state: EditorState, { check }: Analysis): Diagnostic[] {
  return finished(check?.diagnostics ?? [], state.field(waitingField));
}

/** Settles after each frame that has shown another text. */
const settler = ViewPlugin.fromClass(
  class {
    #frame = 0;
    #timer: ReturnType<typeof setTimeout> | undefined;

    constructor(private readonly view: EditorView) {}

    update({ state }: ViewUpdate): void {
      if (this.#frame !== 0 || state.field(drawnField) === state.field(analysisField)) return;
      this.#frame = requestAnimationFrame(() => {
        this.#timer = setTimeout(() => {
          this.#frame = 0;
          this.view.dispatch({ effects: settle.of(null) });
        });
      });
    }

    destroy(): void {
      cancelAnimationFrame(this.#frame);
      clearTimeout(this.#timer);
    }
  },
);

/** The body as it is saved and sent. */
export function textOf(state: EditorState): string {
  return state.doc.toString();
}

export function judged(context: Context): Extension {
  return [
    contextField.init(() => context),
    analysisField,
    drawnField,
    cursorField,
    waitingField,
    EditorView.focusChangeEffect.of((_, focused) => setFocus.of(focused)),
    settler,
    // What is not a line feed is a character of the body like any other, and counted.
    EditorState.lineSeparator.of("\n"),
    EditorView.clipboardInputFilter.of((text) => text.replaceAll(/\r\n?/g, "\n")),
    invertedEffects.of(({ effects, startState }) =>
      effects
        .filter((effect) => effect.is(setValue))
        .map(({ value: { token } }) =>
          setValue.of({ token, value: valueFor(startState.field(contextField).values, token) }),
        ),
    ),
  ];
}
