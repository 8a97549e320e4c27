// What the extension keeps in the editor's state: with what the body is judged, and the verdict.
// Both follow each transaction at once, so that nothing on the screen is of another text.
import { invertedEffects } from "@codemirror/commands";
import { EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { type Analysis, analyse, type Context } from "../editing/analysis.ts";
import type { TokenName } from "../types.ts";
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

/** The body as it is saved and sent. */
export function textOf(state: EditorState): string {
  return state.doc.toString();
}

export function judged(context: Context): Extension {
  return [
    contextField.init(() => context),
    analysisField,
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
