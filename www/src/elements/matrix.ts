// Variant by language: the segments and the encoding of the worst message of each; a click on a
// cell opens that message.
import { html, nothing } from "lit";
import type { Cell, Matrix } from "../editing/bounds.ts";
import { plural } from "../editing/words.ts";
import type { WitnessDetail } from "./face.ts";

export function matrixTable(
  { languages, rows, more }: Matrix,
  open: (detail: WitnessDetail) => void,
) {
  return html`<section class="matrix" part="matrix" aria-label="Segments by variant and language" tabindex="-1">
    <h2 class="heading">At worst, by variant${languages.length > 1 ? " and language" : ""}</h2>
    <div class="scroll" role="group" aria-label="Table of segments" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Variant</th>
            ${languages.map(
              (language) => html`<th scope="col">${language === "" ? "Segments" : language}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ variant, cells }) => html`<tr>
              <th scope="row"><bdi>${variant}</bdi></th>
              ${cells.map((cell) => html`<td>${content(cell, open)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${more === 0 ? nothing : html`<p class="note">and ${plural(more, "variant")} more</p>`}
  </section>`;
}

function content(
  { bounds, reason, language, variant }: Cell,
  open: (detail: WitnessDetail) => void,
) {
  const most = bounds?.max ?? null;
  if (most === null) {
    const why = reason ?? "no message of this variant can be sent";
    return html`<span class="unknown" title=${why}>unknown<span class="unseen">: ${why}</span></span>`;
  }
  const dear = most.segments > 1 || most.encoding === "UCS-2" ? "dear" : "";
  const { witness } = most;
  const said = html`<b>${most.segments}</b> ${most.encoding}`;
  if (witness === null) return html`<span class=${dear}>${said}</span>`;
  return html`<button
    type="button"
    class=${dear}
    aria-label=${`${variant}${language === "" ? "" : ` in ${language}`}: ${plural(most.segments, "segment")}, ${most.encoding}; show this message`}
    @click=${() => open({ language, variant, values: witness })}
  >
    ${said}
  </button>`;
}
