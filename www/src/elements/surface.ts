// The field of <verbatim-editor>: CodeMirror with our extension, in the element's shadow.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { Annotation, Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  EditorView,
  highlightSpecialChars,
  keymap,
  placeholder,
  tooltips,
  type ViewUpdate,
} from "@codemirror/view";
import {
  analysisField,
  contextField,
  drawnField,
  findings,
  setContext,
  setValue,
  textOf,
  waitingField,
} from "../codemirror/state.ts";
import { verbatim } from "../codemirror/verbatim.ts";
import type { Analysis, Context } from "../editing/analysis.ts";
import type { Mending } from "../editing/mend.ts";
import type { Replacement } from "../editing/replace.ts";
import type { Diagnostic, Values } from "../types.ts";

/** How the field is set up; each may change while it is shown. */
export interface Look {
  label: string;
  placeholder: string;
  readonly: boolean;
  invalid: boolean;
}

/** A change that came from outside is no edit of the writer's. */
const outside = Annotation.define<boolean>();

export class Surface {
  readonly #view: EditorView;
  readonly #look = new Compartment();
  #shown = "";

  constructor(
    parent: HTMLElement,
    root: ShadowRoot,
    context: Context,
    body: string,
    /** The text, what it is judged with, or what is drawn of the verdict is another. */
    private readonly moved: (byWriter: boolean) => void,
    private readonly left: () => void,
  ) {
    this.#view = new EditorView({ parent, root, state: this.#state(body, context) });
  }

  #state(body: string, context: Context): EditorState {
    return EditorState.create({
      doc: body,
      extensions: [
        verbatim(context.engine, { ...context, gutter: false, whole: false }),
        history(),
        keymap.of([...historyKeymap, ...defaultKeymap]),
        highlightSpecialChars(),
        EditorView.lineWrapping,
        tooltips({ position: "absolute" }),
        this.#look.of([]),
        EditorView.updateListener.of((update) => this.#updated(update)),
        EditorView.domEventHandlers({ blur: () => this.left() }),
      ],
    });
  }

  #updated({ docChanged, startState, state, transactions }: ViewUpdate): void {
    if (docChanged || startState.field(contextField) !== state.field(contextField)) {
      this.moved(!transactions.some((one) => one.annotation(outside)));
    } else if (
      startState.field(drawnField) !== state.field(drawnField) ||
      startState.field(waitingField) !== state.field(waitingField)
    ) {
      this.moved(false);
    }
  }

  get body(): string {
    return textOf(this.#view.state);
  }

  get values(): Values {
    return this.#view.state.field(contextField).values;
  }

  get analysis(): Analysis {
    return this.#view.state.field(analysisField);
  }

  /** The verdict that is drawn: in the frame of a key, that of the text before. */
  get drawn(): Analysis {
    return this.#view.state.field(drawnField);
  }

  /** What there is to say of `drawn` already. */
  get findings(): Diagnostic[] {
    return findings(this.#view.state, this.drawn);
  }

  /** Where something waits to be said until the writer leaves it; null where nothing does. */
  get waitingAt(): number | null {
    return this.#view.state.field(waitingField);
  }

  /** Another body is another text: nobody undoes their way back into the one before. */
  open(body: string): void {
    this.#view.setState(this.#state(body, this.#view.state.field(contextField)));
    this.#shown = "";
  }

  judgeWith(change: Partial<Context>): void {
    this.#view.dispatch({ effects: setContext.of(change), annotations: outside.of(true) });
  }

  /** Replacements as one step that can be undone, in the body and in the values. */
  mend({ body, values }: Mending): void {
    this.#view.dispatch({
      changes: body.map(change),
      effects: values.map((one) => setValue.of(one)),
      userEvent: "input.fix",
    });
    this.#view.focus();
  }

  /** In the place of what is selected; then `over` is, in it. */
  insert(text: string, [from, to]: [number, number]): void {
    const { main } = this.#view.state.selection;
    this.#view.dispatch({
      changes: { from: main.from, to: main.to, insert: text },
      selection: { anchor: main.from + from, head: main.from + to },
      userEvent: "input.insert",
      scrollIntoView: true,
    });
    this.#view.focus();
  }

  select([anchor, head]: [number, number]): void {
    this.#view.dispatch({ selection: { anchor, head }, scrollIntoView: true });
    this.#view.focus();
  }

  focus(): void {
    this.#view.focus();
  }

  show(look: Look): void {
    const shown = JSON.stringify(look);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#view.dispatch({ effects: this.#look.reconfigure(extensionOf(look)) });
  }

  close(): void {
    this.#view.destroy();
  }
}

function change({ at: [from, to], text }: Replacement) {
  return { from, to, insert: text };
}

function extensionOf({ label, placeholder: hint, readonly, invalid }: Look): Extension {
  return [
    EditorState.readOnly.of(readonly),
    hint === "" ? [] : placeholder(hint),
    EditorView.contentAttributes.of({
      "aria-label": label,
      "aria-describedby": "problems",
      "aria-invalid": String(invalid),
      "aria-readonly": String(readonly),
      spellcheck: "true",
    }),
  ];
}
