// <verbatim-prompt>: the field in which an action's prompt is written, with a `+` that offers all
// that it may name. In a shadow of its own, because a strict page lets CodeMirror style nothing else.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { forceLinting } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, tooltips } from "@codemirror/view";
import { css, html, LitElement, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { applyFix } from "../codemirror/lint.ts";
import { offerAll, prompt } from "../codemirror/prompt.ts";
import { palette } from "../elements/palette.ts";
import { prose } from "../elements/prose.ts";
import { surfaceStyles } from "../elements/surface-styles.ts";
import type { Diagnostic, Fix, Names } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";

@customElement("verbatim-prompt")
export class VerbatimPrompt extends LitElement {
  static override styles = [
    palette,
    surfaceStyles,
    css`
      :host {
        display: block;
      }
      #body .cm-editor,
      #body .cm-scroller {
        min-height: 96px;
      }
      button {
        margin-top: 6px;
        padding: 2px 10px;
        border: 1px solid var(--field);
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--accent);
        font: 14px var(--sans);
        cursor: pointer;
      }
      p {
        margin: 6px 0 0;
        color: var(--bad);
        font: 13.5px / 1.4 var(--sans);
      }
    `,
  ];

  @property({ attribute: false }) engine!: Verbatim;
  /** What there is to name. */
  @property({ attribute: false }) names: Names = {};
  /** What it holds to begin with. */
  @property({ attribute: false }) text = "";
  @state() private findings: Diagnostic[] = [];
  @query("#body") private body!: HTMLElement;
  #view: EditorView | null = null;

  /** What it holds now. */
  get value(): string {
    return this.#view?.state.doc.toString() ?? this.text;
  }

  protected override firstUpdated(): void {
    this.#view = new EditorView({
      parent: this.body,
      root: this.renderRoot as ShadowRoot,
      state: EditorState.create({
        doc: this.text,
        extensions: [
          prompt(
            this.engine,
            () => this.names,
            (findings) => {
              this.findings = findings;
            },
          ),
          history(),
          keymap.of([...historyKeymap, ...defaultKeymap]),
          EditorView.lineWrapping,
          tooltips({ position: "absolute" }),
          EditorView.contentAttributes.of({
            "aria-label": "Prompt",
            "aria-describedby": "findings",
          }),
        ],
      }),
    });
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("names") && this.#view !== null) forceLinting(this.#view);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#view?.destroy();
    this.#view = null;
  }

  /** The findings are of what the field holds: each change brings others. */
  #mend(fix: Fix): void {
    if (this.#view === null) return;
    applyFix(this.#view, fix);
    forceLinting(this.#view);
  }

  protected override render() {
    return html`<div id="body"></div>
      <button
        type="button"
        aria-label="Insert a template or a handoff"
        @click=${() => this.#view !== null && offerAll(this.#view)}
      >
        +
      </button>
      <div id="findings" role="status">
        ${this.findings.map(
          (finding) => html`<p>
            ${finding.code}: ${prose(finding.message)}
            ${finding.fixes.slice(0, 1).map(
              (fix) => html`<button type="button" @click=${() => this.#mend(fix)}>
                ${prose(fix.label)}
              </button>`,
            )}
          </p>`,
        )}
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-prompt": VerbatimPrompt;
  }
}
