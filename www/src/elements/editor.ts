// <verbatim-editor>: a body, its live preview, its counts, what is wrong with it and how to mend
// it, and sample values for its tokens. Everything it says comes from the module, at each
// keystroke. Bodies and values are only ever text nodes here.
import { html, LitElement, nothing, type PropertyValues } from "lit";
import { property, query, state } from "lit/decorators.js";
import { guard } from "lit/directives/guard.js";
import { type Analysis, type Campaign, NOTHING } from "../editing/analysis.ts";
import { type Judged, judge, type Matrix, matrix } from "../editing/bounds.ts";
import { type Mending, mending, saved } from "../editing/mend.ts";
import { plural, sentence } from "../editing/words.ts";
import type { Diagnostic, Domains, Names, TokenName, Values } from "../types.ts";
import { withValue } from "../values.ts";
import type { Verbatim } from "../verbatim.ts";
import { countLine, meter, worstLine } from "./counts.ts";
import { editorStyles } from "./editor-styles.ts";
import type { EditDetail, VerbatimEditorElement, WitnessDetail } from "./face.ts";
import { findingList } from "./findings.ts";
import { forcingList } from "./forcing.ts";
import { matrixTable } from "./matrix.ts";
import { palette } from "./palette.ts";
import { previewText } from "./preview.ts";
import { prose } from "./prose.ts";
import { Surface } from "./surface.ts";
import { valueGrid } from "./values.ts";

/** A screen reader is told the counts when the typing pauses, not at each key. */
const ANNOUNCE_AFTER_MS = 900;

/** Bounds are a search: one that takes longer follows when the typing pauses, so that no key waits. */
const QUICK_MS = 4;
const JUDGE_AFTER_MS = 120;

/** Pages write the same object anew each time they are drawn; bounds are a search. */
const saysElse = (now: unknown, before: unknown) =>
  now !== before && JSON.stringify(now) !== JSON.stringify(before);

export class VerbatimEditor extends LitElement implements VerbatimEditorElement {
  static override styles = [palette, editorStyles];
  static readonly formAssociated = true;
  // A form that refuses to be sent brings its writer to the body.
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  /** Where an element without an `engine` gets one; null where its page always sets it. */
  static loader: (() => Promise<Verbatim>) | null = null;

  // What each is for: face.ts.
  @property({ attribute: false }) engine: Verbatim | null = null;
  @property() value = "";
  @property({ attribute: false }) values: Values = {};
  @property({ attribute: false, hasChanged: saysElse }) domains: Domains | null = null;
  @property({ attribute: false }) names: Names | null = null;
  @property({ attribute: false }) suggestions: Names = {};
  @property({ attribute: false }) campaign: Campaign | null = null;
  @property({ attribute: false, hasChanged: saysElse }) bodies: Record<string, string> = {};
  @property() language = "";
  @property({ type: Boolean, reflect: true }) readonly = false;
  @property({ type: Boolean, reflect: true }) required = false;
  @property() label = "Body";
  @property() placeholder = "";
  @property({ reflect: true }) name = "";

  @state() private announced = "";
  /** Nobody is told that an empty body is too short before they wrote anything. */
  @state() private touched = false;
  @state() private judged: Judged | null = null;
  @state() private table: Matrix | null = null;
  /** What is said of the worst case is of a text before. */
  @state() private outdated = false;
  @state() private refused = "";
  @state() private disabledByForm = false;
  @query("#body") private frame!: HTMLElement;

  readonly #internals = this.attachInternals();
  #surface: Surface | null = null;
  #announcing: ReturnType<typeof setTimeout> | undefined;
  #judging: ReturnType<typeof setTimeout> | undefined;
  #unchanged = "";
  #told: Analysis = NOTHING;
  #judgedInMs = 0;
  #typed = false;

  get analysis(): Analysis {
    return this.#surface?.analysis ?? NOTHING;
  }

  get #drawn(): Analysis {
    return this.#surface?.drawn ?? NOTHING;
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  get validity(): ValidityState {
    return this.#internals.validity;
  }

  get validationMessage(): string {
    return this.#internals.validationMessage;
  }

  checkValidity(): boolean {
    return this.#internals.checkValidity();
  }

  reportValidity(): boolean {
    return this.#internals.reportValidity();
  }

  formResetCallback(): void {
    this.value = this.getAttribute("value") ?? "";
    this.touched = false;
  }

  formDisabledCallback(disabled: boolean): void {
    this.disabledByForm = disabled;
  }

  formStateRestoreCallback(state: string): void {
    this.value = state;
  }

  insert(text: string, over: [number, number] = [text.length, text.length]): void {
    if (!this.#isReadonly) this.#surface?.insert(text, over);
  }

  override focus(): void {
    this.#surface?.focus();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { loader } = this.constructor as typeof VerbatimEditor;
    if (this.engine !== null || loader === null) return;
    loader().then(
      (engine) => {
        this.engine ??= engine;
      },
      (cause) => {
        this.refused = cause instanceof Error ? cause.message : String(cause);
      },
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#announcing);
    clearTimeout(this.#judging);
    this.#surface?.close();
    this.#surface = null;
  }

  /**
   * What a key changes is shown in its frame: once for all keys until then, and after CodeMirror has
   * measured the body there, which would lay out the preview a time more. A hidden page has no frames.
   */
  protected override async scheduleUpdate(): Promise<void> {
    if (this.#typed && document.visibilityState === "visible") {
      await new Promise(requestAnimationFrame);
    }
    this.#typed = false;
    super.scheduleUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const surface = this.#surface;
    // What the writer wrote is there already.
    if (changed.has("value") && this.value !== surface?.body) {
      this.#internals.setFormValue(this.value);
      surface?.open(this.value);
    }
    if (surface === null) return;
    if (changed.has("values") && this.values !== surface.values) {
      surface.judgeWith({ values: this.values });
    }
    if (changed.has("names")) surface.judgeWith({ names: this.names });
    if (changed.has("suggestions")) surface.judgeWith({ suggestions: this.suggestions });
    if (changed.has("campaign")) surface.judgeWith({ campaign: this.campaign });
    if (changed.has("engine") && this.engine !== null) surface.judgeWith({ engine: this.engine });
  }

  protected override updated(changed: PropertyValues<this>): void {
    // Taken out of the page and put back, it has no surface either.
    if (this.#surface === null && this.engine !== null && this.isConnected) {
      this.#start(this.engine);
      return;
    }
    const drawn = this.#drawn;
    this.#validate(drawn);
    this.#surface?.show({
      label: this.label,
      placeholder: this.placeholder,
      readonly: this.#isReadonly,
      invalid: this.#findings.some(({ severity }) => severity === "error"),
    });
    if (drawn !== this.#told) {
      this.#told = drawn;
      this.#announceSoon(drawn);
      this.#judgeSoon();
      this.dispatchEvent(new CustomEvent("analysis", { detail: drawn }));
    } else if (changed.has("domains") || changed.has("bodies") || changed.has("language")) {
      this.#judgeSoon();
    }
  }

  get #isReadonly(): boolean {
    return this.readonly || this.disabledByForm;
  }

  #start(engine: Verbatim): void {
    this.#unchanged = this.value;
    this.#surface = new Surface(
      this.frame,
      this.renderRoot as ShadowRoot,
      {
        engine,
        values: this.values,
        names: this.names,
        suggestions: this.suggestions,
        campaign: this.campaign,
      },
      this.value,
      (byWriter) => this.#moved(byWriter),
      () => this.#left(),
    );
    this.requestUpdate();
  }

  /** The surface holds another body or other values than before, or has drawn its verdict. */
  #moved(byWriter: boolean): void {
    const { body, values } = this.#surface ?? { body: this.value, values: this.values };
    this.requestUpdate();
    if (!byWriter) return;
    this.#typed = true;
    this.touched = true;
    this.value = body;
    this.values = values;
    // A form may be sent before the frame.
    this.#internals.setFormValue(body);
    const detail: EditDetail = { value: body, values };
    this.dispatchEvent(new CustomEvent("edit", { detail, bubbles: true, composed: true }));
    this.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  }

  #left(): void {
    if (this.value === this.#unchanged) return;
    this.#unchanged = this.value;
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #validate({ check }: Analysis): void {
    const missing = this.value === "" && this.required;
    const errors = this.value === "" ? [] : (check?.diagnostics ?? []);
    const error = errors.find(({ severity }) => severity === "error");
    const message = missing ? "expected a body" : (error?.message ?? "");
    // To say the same again costs a look at every style that depends on it.
    if (message === this.#internals.validationMessage) return;
    const flags = missing ? { valueMissing: true } : { customError: true };
    this.#internals.setValidity(message === "" ? {} : flags, message, this.frame);
  }

  get #findings(): Diagnostic[] {
    return this.touched || this.value !== "" ? (this.#surface?.findings ?? []) : [];
  }

  /** The findings but for those that the list of forcing characters shows with more. */
  get #listed(): Diagnostic[] {
    const shown = new Set(
      this.#drawn.forced.map(({ from }) => (from?.in === "body" ? from.at.join() : "")),
    );
    return this.#findings.filter(({ range }) => !shown.has(range.utf16.join()));
  }

  #announceSoon({ check, preview }: Analysis): void {
    clearTimeout(this.#announcing);
    this.#announcing = setTimeout(() => {
      const waiting = this.#surface?.waitingAt == null ? 0 : 1;
      const findings = (check?.diagnostics_total ?? 0) - waiting;
      const counts = preview === null ? "" : sentence(preview.segments);
      this.announced = findings === 0 ? counts : `${counts}; ${plural(findings, "finding")}`;
    }, ANNOUNCE_AFTER_MS);
  }

  #judgeSoon(): void {
    clearTimeout(this.#judging);
    const { engine, domains } = this;
    if (engine === null || domains === null) {
      this.judged = null;
      this.table = null;
      return;
    }
    const quick = this.#judgedInMs < QUICK_MS;
    this.outdated = !quick;
    this.#judging = setTimeout(
      () => {
        const began = performance.now();
        this.judged = judge(engine, this.value, domains);
        const bodies = { ...this.bodies, [this.language]: this.value };
        this.table = matrix(engine, bodies, domains);
        this.outdated = false;
        this.#judgedInMs = performance.now() - began;
      },
      quick ? 0 : JUDGE_AFTER_MS,
    );
  }

  #setValue(token: TokenName, value: string | null): void {
    this.values = withValue(this.values, token, value);
    this.touched = true;
    const detail: EditDetail = { value: this.value, values: this.values };
    this.dispatchEvent(new CustomEvent("edit", { detail, bubbles: true, composed: true }));
  }

  /** Shows the message that takes the most, by its own values. */
  #open(detail: WitnessDetail): void {
    const asked = new CustomEvent("witness", { detail, bubbles: true, composed: true });
    if (detail.language === this.language) {
      this.values = detail.values;
      const edit: EditDetail = { value: this.value, values: this.values };
      this.dispatchEvent(new CustomEvent("edit", { detail: edit, bubbles: true, composed: true }));
    }
    this.dispatchEvent(asked);
  }

  protected override render() {
    const { engine, judged, table } = this;
    // The preview is of this very moment. The rest, which takes longer, follows after its frame.
    const { preview } = this.analysis;
    const drawn = this.#drawn;
    const { check, refusal, forced } = drawn;
    const refused = this.refused || refusal;
    // What was found in another text than the one that stands there is not mended in it.
    const mend = (found: Mending) => {
      if (drawn === this.analysis) this.#surface?.mend(found);
    };
    const following = <T>(template: () => T) =>
      guard(
        [drawn, engine, this.values, this.touched, this.#isReadonly, this.#surface?.waitingAt],
        template,
      );
    return html`
      <div class="sides">
        <section class="write">
          <span class="heading" aria-hidden="true">${this.label}</span>
          <div id="body" part="body" @input=${inside}></div>
          <!-- Each takes a click for itself, or the click would go to the body. -->
          <div tabindex="-1">${
            engine === null && refused === ""
              ? html`<p class="note" role="status">Loading the module…</p>`
              : nothing
          }
          ${preview === null ? nothing : countLine(preview.segments)}
          ${following(() => (drawn.preview === null ? nothing : meter(drawn.preview.segments)))}
          ${
            judged === null
              ? nothing
              : html`<div class=${this.outdated ? "outdated" : ""}>${worstLine(
                  judged,
                  preview,
                  (values, variant) => this.#open({ language: this.language, variant, values }),
                )}</div>`
          }
          ${following(
            () => html`<p id="problems" hidden>${this.#findings.map(
              ({ message }) => `${message}. `,
            )}</p>
            ${findingList(this.value, this.#listed, {
              select: (at) => this.#surface?.select(at),
              fix: this.#isReadonly
                ? null
                : ({ edits }) =>
                    mend({
                      body: edits.map(({ range, text }) => ({ at: range.utf16, text })),
                      values: [],
                    }),
            })}`,
          )}</div>
        </section>
        <section class="read" aria-label="Preview" tabindex="-1">
          <h2 class="heading">Preview</h2>
          ${preview === null ? nothing : previewText(preview, drawn.boundaries)}
          ${refused ? html`<p class="refusal" role="alert">${prose(refused)}</p>` : nothing}
          ${following(() =>
            drawn.preview === null || engine === null || forced.length === 0
              ? nothing
              : forcingList(this.value, forced, drawn.preview.segments.forcing_total, {
                  saves: saved(engine, drawn.preview, forced),
                  select: (at) => this.#surface?.select(at),
                  mend: this.#isReadonly ? null : (found) => mend(mending(found, this.values)),
                }),
          )}
        </section>
      </div>
      ${following(() =>
        check === null
          ? nothing
          : valueGrid(check, drawn.preview, this.values, this.#isReadonly, (token, value) =>
              this.#setValue(token, value),
            ),
      )}
      <div class=${this.outdated ? "outdated" : ""}>${guard([table], () =>
        table === null ? nothing : matrixTable(table, (detail) => this.#open(detail)),
      )}</div>
      <p class="unseen" role="status">${this.announced}</p>
    `;
  }
}

/** The element says `input` itself, once it has judged what was typed. */
function inside(event: Event): void {
  event.stopPropagation();
}

/** Under its own name, once. */
export function define(): void {
  if (customElements.get("verbatim-editor") === undefined) {
    customElements.define("verbatim-editor", VerbatimEditor);
  }
}
