// The characters that force UCS-2: each with its place and what to write instead, and all at once.
import { html, nothing } from "lit";
import type { Forced } from "../editing/analysis.ts";
import type { Origin } from "../editing/origin.ts";
import { place } from "../editing/place.ts";
import { codePoints, named, plural } from "../editing/words.ts";

/** Characters listed one by one, at most. */
const SHOWN = 8;

interface Forcing {
  /** Segments that the message takes less once all are replaced. */
  saves: number;
  select(at: [number, number]): void;
  /** Null where nothing may be changed. */
  mend: ((found: Forced[]) => void) | null;
}

export function forcingList(
  body: string,
  forced: Forced[],
  total: number,
  { saves, select, mend }: Forcing,
) {
  const mendable = forced.filter(({ one, from }) => one.replacement !== null && from !== null);
  return html`<section class="forcing" aria-label="Characters that force UCS-2">
    <h2 class="heading">
      ${plural(total, "character")} ${total === 1 ? "forces" : "force"} UCS-2
      ${
        mend === null || mendable.length === 0 || (mendable.length === 1 && saves <= 0)
          ? nothing
          : html`<button type="button" @click=${() => mend(mendable)}>
            Replace all${saves > 0 ? ` (saves ${plural(saves, "segment")})` : ` ${mendable.length}`}
          </button>`
      }
    </h2>
    <ul>
      ${forced.slice(0, SHOWN).map(
        (found) => html`<li>
          <code class="char">${found.one.char}</code>
          <span class="code">${codePoints(found.one.char)}</span>
          ${where(body, found.from, select)}
          ${mend === null || found.from === null ? nothing : offer(found, mend)}
        </li>`,
      )}
    </ul>
    ${total <= SHOWN ? nothing : html`<p class="note">and ${total - SHOWN} more</p>`}
  </section>`;
}

function offer(found: Forced, mend: (found: Forced[]) => void) {
  const { char, replacement } = found.one;
  if (replacement === null) return nothing;
  return html`<button
    type="button"
    aria-label=${`Replace ${char} ${codePoints(char)} by ${named(replacement)}`}
    @click=${() => mend([found])}
  >
    write ${named(replacement)}
  </button>`;
}

function where(body: string, from: Origin | null, select: Forcing["select"]) {
  if (from === null) return nothing;
  if (from.in === "value") return html`in the value of <code>${from.span.name}</code>`;
  return html`<button type="button" class="place" @click=${() => select(from.at)}>
    ${place(body, from.at[0])}
  </button>`;
}
