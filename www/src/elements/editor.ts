// <verbatim-editor>: a body, its live preview, its counts, what is wrong with it and how to mend
// it, and sample values for its tokens. Everything it says comes from the module, at each
// keystroke. Bodies and values are only ever text nodes here.
import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import type {
  Check,
  Diagnostic,
  Fix,
  Forcing,
  Preview,
  Segments,
  Token,
  TokenName,
  Values,
} from "../types.ts";
import { valueFor, withValue } from "../values.ts";
import type { Verbatim } from "../verbatim.ts";
import { editorStyles } from "./editor-styles.ts";
import { type Origin, origin } from "./origin.ts";
import { palette } from "./palette.ts";
import { type Piece, pieces } from "./pieces.ts";
import { place } from "./place.ts";
import { prose } from "./prose.ts";
import { type Replacement, replaced } from "./replace.ts";
import { replaceIn, select } from "./textarea.ts";

/** What a writer has at hand: the text of an `edit` event. */
export interface EditDetail {
  value: string;
  values: Values;
}

/** The module's answers for the present body and values; null where it refused to answer. */
export interface Analysis {
  check: Check | null;
  preview: Preview | null;
  refusal: string | null;
}

const KIND_NAMES = {
  variant: "variant attribute",
  entity: "entity",
  variable: "variable",
  translation: "translation",
} as const;

/** A screen reader is told the counts when the typing pauses, not at each key. */
const ANNOUNCE_AFTER_MS = 900;

@customElement("verbatim-editor")
export class VerbatimEditor extends LitElement {
  static override styles = [palette, editorStyles];

  /** The loaded module. */
  @property({ attribute: false }) engine: Verbatim | null = null;
  /** The body. */
  @property() value = "";
  /** Sample values; a name that is absent is missing, an empty string is a value. */
  @property({ attribute: false }) values: Values = {};

  @state() private announced = "";
  /** Nobody is told that an empty body is too short before they wrote anything. */
  @state() private touched = false;
  @query("textarea") private field!: HTMLTextAreaElement;

  /** The module's answers for what is shown now. */
  analysis: Analysis = { check: null, preview: null, refusal: null };

  #announcing: ReturnType<typeof setTimeout> | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("engine") || changed.has("value") || changed.has("values")) this.#analyse();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#announcing);
  }

  #analyse(): void {
    const { engine, value, values } = this;
    if (engine === null) return;
    const analysis: Analysis = { check: null, preview: null, refusal: null };
    try {
      analysis.check = engine.check({ body: value });
      analysis.preview = engine.preview({ body: value, values });
    } catch (cause) {
      analysis.refusal = cause instanceof Error ? cause.message : String(cause);
    }
    this.analysis = analysis;
    clearTimeout(this.#announcing);
    this.#announcing = setTimeout(() => {
      const errors = analysis.check?.diagnostics_total ?? 0;
      const counts = analysis.preview === null ? "" : sentence(analysis.preview.segments);
      this.announced = errors === 0 ? counts : `${counts}; ${plural(errors, "finding")}`;
    }, ANNOUNCE_AFTER_MS);
  }

  #edited(): void {
    const detail: EditDetail = { value: this.value, values: this.values };
    this.dispatchEvent(new CustomEvent("edit", { detail, bubbles: true, composed: true }));
  }

  #typed(event: Event): void {
    this.touched = true;
    this.value = (event.target as HTMLTextAreaElement).value;
    this.#edited();
  }

  #setValue(token: TokenName, value: string | null): void {
    this.values = withValue(this.values, token, value);
    this.#edited();
  }

  protected override render() {
    const { check, preview, refusal } = this.analysis;
    const findings = this.touched || this.value !== "" ? (check?.diagnostics ?? []) : [];
    return html`
      <div class="sides">
        <section class="write">
          <label class="heading" for="body">Body</label>
          <textarea
            id="body"
            part="body"
            rows="7"
            spellcheck="true"
            autocomplete="off"
            aria-describedby="findings"
            aria-invalid=${findings.some(isError) ? "true" : "false"}
            .value=${live(this.value)}
            @input=${this.#typed}
          ></textarea>
          <ul id="findings" class="findings" aria-label="Findings">
            ${findings.map((one) => this.#finding(one))}
          </ul>
        </section>
        <section class="read" aria-label="Preview">
          <h2 class="heading">Preview</h2>
          ${preview === null ? nothing : this.#preview(preview)}
          ${refusal === null ? nothing : html`<p class="refusal" role="alert">${prose(refusal)}</p>`}
        </section>
      </div>
      ${check === null ? nothing : this.#values(check, preview)}
      <p class="unseen" role="status">${this.announced}</p>
    `;
  }

  #preview(preview: Preview) {
    const { segments } = preview;
    return html`
      <p class="text" part="preview" dir="auto" data-testid="preview-text">${pieces(preview).map(chip)}</p>
      <dl class="counts" part="counts">
        ${count("Segments", segments.segments, "segments", segments.segments > 1)}
        ${count("Encoding", segments.encoding, "encoding", segments.encoding === "UCS-2")}
        ${count(unitName(segments), segments.units, "units")}
        ${count("Left in the last", segments.remaining, "remaining")}
      </dl>
      ${this.#meter(segments)}
      ${
        preview.missing_total === 0
          ? nothing
          : html`<p class="note">
            Counted with ${plural(preview.missing_total, "token")} still unfilled; a send refuses
            until ${preview.missing_total === 1 ? "it has a value" : "each has a value"}.
          </p>`
      }
      ${segments.forcing.length === 0 ? nothing : this.#forcing(preview)}
    `;
  }

  /** One bar per segment, as full as the segment is. */
  #meter({ encoding, segment_units, segments, remaining }: Segments) {
    if (segment_units.length > METER_SEGMENTS) return nothing;
    const last = segment_units.at(-1) ?? 0;
    const capacity = Math.max(last + remaining, ...segment_units);
    return html`<div class="meter" aria-hidden="true">
      ${segment_units.map(
        (units) => html`<meter
          min="0"
          max=${capacity}
          .value=${units}
          class=${segments > 1 || encoding === "UCS-2" ? "dear" : ""}
        ></meter>`,
      )}
    </div>`;
  }

  #forcing(preview: Preview) {
    const { forcing, forcing_total } = preview.segments;
    const found = forcing.map((one) => ({ one, from: origin(one.range, preview) }));
    const mendable = found.filter(({ one }) => one.replacement !== null);
    return html`
      <section class="forcing" aria-label="Characters that force UCS-2">
        <h2 class="heading">
          ${plural(forcing_total, "character")} ${forcing_total === 1 ? "forces" : "force"} UCS-2
          ${
            mendable.length < 2
              ? nothing
              : html`<button type="button" @click=${() => this.#mend(mendable)}>
                Replace all ${mendable.length}
              </button>`
          }
        </h2>
        <ul>
          ${found.slice(0, FORCING_SHOWN).map(
            ({ one, from }) => html`<li>
              <code class="char">${one.char}</code>
              <span class="code">${codePoints(one.char)}</span>
              ${this.#where(from)}
              ${
                one.replacement === null
                  ? nothing
                  : html`<button
                    type="button"
                    aria-label=${`Replace ${one.char} ${codePoints(one.char)} by ${named(one.replacement)}`}
                    @click=${() => this.#mend([{ one, from }])}
                  >
                    write ${named(one.replacement)}
                  </button>`
              }
            </li>`,
          )}
        </ul>
        ${
          forcing_total <= FORCING_SHOWN
            ? nothing
            : html`<p class="note">and ${forcing_total - FORCING_SHOWN} more</p>`
        }
      </section>
    `;
  }

  #where(from: Origin | null) {
    if (from === null) return nothing;
    if (from.in === "value") return html`in the value of <code>${from.span.name}</code>`;
    return html`<button type="button" class="place" @click=${() => select(this.field, from.at)}>
      ${place(this.value, from.at[0])}
    </button>`;
  }

  /** Replaces each character where it was written; what came twice from one value, once. */
  #mend(found: { one: Forcing; from: Origin | null }[]): void {
    const inBody: Replacement[] = [];
    const inValues = new Map<string, { token: TokenName; places: Map<number, Replacement> }>();
    for (const { one, from } of found) {
      if (from === null || one.replacement === null) continue;
      const replacement = { at: from.at, text: one.replacement };
      if (from.in === "body") {
        inBody.push(replacement);
        continue;
      }
      const key = `${from.span.kind} ${from.span.name}`;
      const value = inValues.get(key) ?? { token: from.span, places: new Map() };
      value.places.set(from.at[0], replacement);
      inValues.set(key, value);
    }
    for (const { token, places } of inValues.values()) {
      const value = valueFor(this.values, token) ?? "";
      this.#setValue(token, replaced(value, [...places.values()]));
    }
    if (inBody.length > 0) replaceIn(this.field, inBody);
  }

  #fix({ edits }: Fix): void {
    replaceIn(
      this.field,
      edits.map(({ range, text }) => ({ at: range.utf16, text })),
    );
  }

  #finding(finding: Diagnostic) {
    return html`<li class=${finding.severity} data-code=${finding.code}>
      <span class="message"><b>${finding.severity}</b> ${prose(finding.message)}</span>
      <span class="actions">
        <button
          type="button"
          class="place"
          @click=${() => select(this.field, finding.range.utf16)}
        >
          ${place(this.value, finding.range.utf16[0])}
        </button>
        ${finding.fixes.map(
          (fix) => html`<button type="button" @click=${() => this.#fix(fix)}>
            ${prose(fix.label)}
          </button>`,
        )}
        <span class="code">${finding.code}</span>
      </span>
    </li>`;
  }

  #values(check: Check, preview: Preview | null) {
    const tokens = distinct(check.tokens);
    if (tokens.length === 0) return nothing;
    const missing = preview?.missing ?? [];
    return html`<section class="values" aria-label="Values">
      <h2 class="heading">Values</h2>
      <div class="grid">
        ${tokens.map((token) => {
          const value = valueFor(this.values, token);
          const lacks = missing.some((one) => one.kind === token.kind && one.name === token.name);
          const id = `value-${token.kind}-${token.name}`;
          return html`<div class="value">
            <div class="name">
              <label for=${id}
                ><span class="chip ${token.kind} ${lacks ? "missing" : ""}">${token.name}</span>
                <span class="kind">${KIND_NAMES[token.kind]}</span></label
              >
              <span id="${id}-lacks" class="kind lacks">${lacks ? "missing" : ""}</span>
            </div>
            <input
              id=${id}
              type="text"
              autocomplete="off"
              dir="auto"
              aria-describedby="${id}-lacks"
              .value=${live(value ?? "")}
              @input=${(event: Event) => {
                const typed = (event.target as HTMLInputElement).value;
                this.#setValue(token, typed === "" ? null : typed);
              }}
            />
            ${
              (value ?? "") !== ""
                ? nothing
                : html`<label class="blank">
                  <input
                    type="checkbox"
                    aria-label=${`leave ${token.name} empty`}
                    .checked=${live(value === "")}
                    @change=${(event: Event) =>
                      this.#setValue(token, (event.target as HTMLInputElement).checked ? "" : null)}
                  />
                  leave empty
                </label>`
            }
          </div>`;
        })}
      </div>
    </section>`;
  }
}

/** Segments drawn as bars, at most; beyond it the number says more. */
const METER_SEGMENTS = 12;
/** Characters listed one by one, at most. */
const FORCING_SHOWN = 8;

function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === "error";
}

function distinct(tokens: Token[]): Token[] {
  return [...new Map(tokens.map((token) => [`${token.kind} ${token.name}`, token])).values()];
}

/** What the writer wrote is text; what a token became is text in a frame. */
function chip({ text, span }: Piece) {
  if (span === null) return text;
  const { kind, name, missing } = span;
  const title = `${KIND_NAMES[kind]} ${name}${missing ? ": no value" : ""}`;
  return html`<span class="chip ${kind} ${missing ? "missing" : ""}" title=${title}>${text}</span>`;
}

function count(label: string, value: string | number, id: string, dear = false) {
  return html`<div class=${dear ? "dear" : ""}>
    <dt>${label}</dt>
    <dd data-testid=${id}>${value}</dd>
  </div>`;
}

function unitName({ encoding }: Segments): string {
  return encoding === "GSM-7" ? "Septets" : "Code units";
}

/** "2 segments, 143 septets, GSM-7, 17 left". */
export function sentence(segments: Segments): string {
  const units = `${segments.units} ${unitName(segments).toLowerCase()}`;
  const left = `${segments.remaining} left`;
  return `${plural(segments.segments, "segment")}, ${units}, ${segments.encoding}, ${left}`;
}

function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** "U+0065 U+0301" */
function codePoints(text: string): string {
  return Array.from(
    text,
    (char) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
  ).join(" ");
}

function named(replacement: string): string {
  if (replacement === "") return "nothing";
  return replacement.trim() === "" ? "a space" : `“${replacement}”`;
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-editor": VerbatimEditor;
  }
}
