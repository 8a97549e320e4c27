// The Monaco adapter: what the CodeMirror extension does, for an editor that a page has made with
// Monaco. Monaco is handed over, never imported, so that a page may have it from anywhere.
import type * as Monaco from "monaco-editor";
import {
  type Analysis,
  analyse,
  type Campaign,
  type Context,
  namesAtHand,
} from "../editing/analysis.ts";
import { drawnAt, lineSegments } from "../editing/lines.ts";
import { told } from "../editing/told.ts";
import { kindName } from "../editing/words.ts";
import type { Diagnostic, Names, Values } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";
import { adoptStyles } from "./styles.ts";

/** The language that bodies have in Monaco. */
export const LANGUAGE = "verbatim-sms";

export interface MonacoOptions {
  /** Sample values: with them the text is previewed and counted. */
  values?: Values;
  /** What exists, for completion and for findings about names; null where nobody knows. */
  names?: Names | null;
  /** What is completed without `names`, beside what the values name. */
  suggestions?: Names;
  /** What the sender's campaign says of its messages: what differs is found. */
  campaign?: Campaign | null;
  /** Whether line numbers give way to the segments that each line is part of. */
  gutter?: boolean;
  /** Called with each verdict. */
  onAnalysis?: (analysis: Analysis) => void;
}

export interface VerbatimMonaco {
  /** What the module says of the text that the editor holds now. */
  readonly analysis: Analysis;
  /** Changes with what the body is judged. */
  update(change: Partial<Omit<Context, "engine">>): void;
  /** Takes everything away again; the editor stays. */
  dispose(): void;
}

type Editor = Monaco.editor.IStandaloneCodeEditor;
type Model = Monaco.editor.ITextModel;

/** Monaco asks providers about models, so a model must lead to its verdict. */
const attached = new WeakMap<Model, Attached>();
const known = new WeakSet<typeof Monaco>();

/** Chips, squiggles with fixes, completion, hover, and where each segment begins. */
export function verbatim(
  monaco: typeof Monaco,
  editor: Editor,
  engine: Verbatim,
  options: MonacoOptions = {},
): VerbatimMonaco {
  const model = editor.getModel();
  if (model === null) throw new TypeError("expected an editor with a model, found one without");
  if (!known.has(monaco)) register(monaco);
  known.add(monaco);
  return new Attached(monaco, editor, model, engine, options);
}

class Attached implements VerbatimMonaco {
  context: Context;
  analysis: Analysis;
  readonly #marks: Monaco.editor.IEditorDecorationsCollection;
  readonly #lineNumbers: Monaco.editor.LineNumbersType;
  readonly #listening: Monaco.IDisposable;

  constructor(
    private readonly monaco: typeof Monaco,
    private readonly editor: Editor,
    private readonly model: Model,
    engine: Verbatim,
    private readonly options: MonacoOptions,
  ) {
    const { values = {}, names = null, suggestions = {}, campaign = null } = options;
    this.context = { engine, values, names, suggestions, campaign };
    // Offsets are those of the text that is sent, whose lines end in a line feed.
    model.setEOL(monaco.editor.EndOfLineSequence.LF);
    monaco.editor.setModelLanguage(model, LANGUAGE);
    adoptStyles();
    const { renderType, renderFn } = editor.getOption(monaco.editor.EditorOption.lineNumbers);
    this.#lineNumbers = renderFn ?? (renderType === 0 ? "off" : "on");
    this.#marks = editor.createDecorationsCollection();
    this.#listening = model.onDidChangeContent(() => this.#judge());
    attached.set(model, this);
    this.analysis = this.#judge();
  }

  update(change: Partial<Omit<Context, "engine">>): void {
    this.context = { ...this.context, ...change };
    this.#judge();
  }

  dispose(): void {
    attached.delete(this.model);
    this.#listening.dispose();
    this.#marks.clear();
    this.monaco.editor.setModelMarkers(this.model, LANGUAGE, []);
    this.editor.updateOptions({ lineNumbers: this.#lineNumbers });
  }

  #judge(): Analysis {
    const { model, monaco } = this;
    this.analysis = analyse(model.getValue(), this.context);
    monaco.editor.setModelMarkers(model, LANGUAGE, this.#markers());
    this.#marks.set(this.#decorations());
    if (this.options.gutter ?? true) {
      const labels = lineSegments(model.getValue(), this.analysis.boundaries);
      this.editor.updateOptions({ lineNumbers: (line) => labels[line - 1] ?? "" });
    }
    this.options.onAnalysis?.(this.analysis);
    return this.analysis;
  }

  range([from, to]: [number, number]): Monaco.IRange {
    return this.monaco.Range.fromPositions(
      this.model.getPositionAt(from),
      this.model.getPositionAt(to),
    );
  }

  get diagnostics(): Diagnostic[] {
    return (this.analysis.check?.diagnostics ?? []).filter(({ part }) => part === "body");
  }

  #markers(): Monaco.editor.IMarkerData[] {
    const of = this.monaco.MarkerSeverity;
    const severities = { error: of.Error, warning: of.Warning, info: of.Info };
    return this.diagnostics.map(({ code, severity, message, range }) => ({
      ...this.range(range.utf16),
      code,
      severity: severities[severity],
      message: message.replaceAll("`", ""),
    }));
  }

  #decorations(): Monaco.editor.IModelDeltaDecoration[] {
    const { check, preview, forced, boundaries } = this.analysis;
    const missing = new Set(preview?.spans.map((one) => (one.missing ? one.body.utf16[0] : -1)));
    const tokens = (check?.tokens ?? []).map(({ kind, range: { utf16 } }) => ({
      range: this.range(utf16),
      options: {
        inlineClassName: `vb-token vb-${kind}${missing.has(utf16[0]) ? " vb-missing" : ""}`,
      },
    }));
    const forces = forced.flatMap(({ from }) =>
      from?.in === "body"
        ? [{ range: this.range(from.at), options: { inlineClassName: "vb-forces" } }]
        : [],
    );
    const begins = boundaries.flatMap((one) => {
      const at = drawnAt(one);
      if (at === null) return [];
      const before = { content: String(one.segment), inlineClassName: "vb-begins" };
      return [{ range: this.range([at, at]), options: { before, showIfCollapsed: true } }];
    });
    return [...tokens, ...forces, ...begins];
  }
}

/** Monaco's providers are for a language, not for an editor: once is enough. */
function register(monaco: typeof Monaco): void {
  const { languages } = monaco;
  languages.register({ id: LANGUAGE });
  languages.setLanguageConfiguration(LANGUAGE, { wordPattern: /[\p{L}\p{N}_-]+/u });
  languages.registerCompletionItemProvider(LANGUAGE, {
    triggerCharacters: ["$", "{", ":"],
    provideCompletionItems: (model, position) => ({ suggestions: completions(model, position) }),
  });
  languages.registerHoverProvider(LANGUAGE, {
    provideHover(model, position) {
      const one = attached.get(model);
      if (one === undefined) return null;
      const found = told(one.analysis, one.context.values, model.getOffsetAt(position));
      if (found === null) return null;
      // As text, whatever a value looks like: Monaco would read Markdown.
      const contents = found.lines.map((line) => ({ value: escaped(line) }));
      return { range: one.range(found.at), contents };
    },
  });
  languages.registerCodeActionProvider(LANGUAGE, {
    provideCodeActions: (model, range, { markers }) => ({
      actions: fixes(model, range, markers),
      dispose() {},
    }),
  });

  function completions(model: Model, position: Monaco.IPosition) {
    const one = attached.get(model);
    if (one === undefined) return [];
    const at = model.getOffsetAt(position);
    const names = namesAtHand(one.context);
    try {
      const { items } = one.context.engine.complete({ body: model.getValue(), at, names });
      return items.map(({ label, insert, range, detail }) => ({
        label: { label, description: kindName(detail) },
        kind: languages.CompletionItemKind.Variable,
        insertText: insert,
        // Monaco filters by what is there already, `$` and braces and all.
        filterText: insert,
        range: one.range(range.utf16),
      }));
    } catch {
      return [];
    }
  }

  function fixes(model: Model, range: Monaco.Range, markers: Monaco.editor.IMarkerData[]) {
    const one = attached.get(model);
    const here = one?.diagnostics.filter(({ range: { utf16 } }) =>
      monaco.Range.areIntersectingOrTouching(one.range(utf16), range),
    );
    return (here ?? []).flatMap(({ code, fixes: offered }) =>
      offered.map((fix, index) => ({
        title: fix.label.replaceAll("`", ""),
        kind: "quickfix",
        isPreferred: index === 0,
        diagnostics: markers.filter((marker) => marker.code === code),
        edit: {
          edits: fix.edits.map(({ range: { utf16 }, text }) => ({
            resource: model.uri,
            versionId: model.getVersionId(),
            textEdit: { range: one?.range(utf16) ?? range, text },
          })),
        },
      })),
    );
  }
}

/** Markdown that reads as this very text. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~&$]/g, "\\$&");
}
