// The line that counts, and what it may come to at worst.
import { html, nothing } from "lit";
import type { Judged } from "../editing/bounds.ts";
import { capacity, plural, witnessed } from "../editing/words.ts";
import type { Preview, Segments, Values } from "../types.ts";
import { prose } from "./prose.ts";

/** Segments drawn as bars, at most; beyond it the number says more. */
const METER_SEGMENTS = 12;
/** Values of a witness that are named, at most. */
const WITNESS_SHOWN = 3;

/** "1 segment, 143 of 160, GSM-7" */
export function countLine(segments: Segments) {
  const several = segments.segments > 1 ? "dear" : "";
  const ucs2 = segments.encoding === "UCS-2" ? "dear" : "";
  return html`<div class="counts" part="counts">
    <p>
      <span class=${several}
        ><b data-testid="segments">${segments.segments}</b> segment${segments.segments === 1 ? "" : "s"}</span
      >,
      <span title="${segments.remaining} left in the last segment"
        ><b data-testid="units">${segments.units}</b> of
        <span data-testid="capacity">${capacity(segments)}</span></span
      >,
      <span class=${ucs2} data-testid="encoding">${segments.encoding}</span>
    </p>
  </div>`;
}

/** One bar per segment, as full as the segment is. */
export function meter({ encoding, segment_units, segments, remaining }: Segments) {
  if (segment_units.length > METER_SEGMENTS) return nothing;
  const last = segment_units.at(-1) ?? 0;
  const most = Math.max(last + remaining, ...segment_units);
  return html`<div class="meter" aria-hidden="true">
    ${segment_units.map(
      (units) => html`<meter
        min="0"
        max=${most}
        .value=${units}
        class=${segments > 1 || encoding === "UCS-2" ? "dear" : ""}
      ></meter>`,
    )}
  </div>`;
}

/** "at worst 3 segments in UCS-2 with property_name = Château d’Été, for variant Paris" */
export function worstLine(
  { bounds, check, reason }: Judged,
  preview: Preview | null,
  show: (witness: Values, variant: string | null) => void,
) {
  const most = bounds?.max ?? null;
  if (most === null) {
    return reason === null
      ? nothing
      : html`<p class="note" data-testid="worst">${prose(reason)}</p>`;
  }
  const worse = most.segments > (preview?.segments.segments ?? 0);
  const { witness } = most;
  const values = witness === null ? "" : witnessed(check?.tokens ?? [], witness, WITNESS_SHOWN);
  const least = bounds?.min?.segments ?? most.segments;
  const told = bounds?.exact === true ? "at worst" : "never more than";
  return html`<p class="worst ${worse ? "dear" : ""}" data-testid="worst">
    ${told} <b>${plural(most.segments, "segment")}</b> in ${most.encoding}${
      values === "" ? nothing : html` with <bdi>${values}</bdi>`
    }${most.variant === null ? nothing : html`, for variant <bdi>${most.variant}</bdi>`}${least < most.segments ? `; at best ${least}` : ""}
    ${
      witness === null || values === ""
        ? nothing
        : html`<button type="button" @click=${() => show(witness, most.variant)}>
            show this message
          </button>`
    }
  </p>`;
}
