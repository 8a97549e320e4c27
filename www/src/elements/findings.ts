// What is wrong with the body, where, and the fixes.
import { html, nothing } from "lit";
import { place } from "../editing/place.ts";
import type { Diagnostic, Fix } from "../types.ts";
import { prose } from "./prose.ts";

interface Findings {
  select(at: [number, number]): void;
  /** Null where nothing may be changed. */
  fix: ((fix: Fix) => void) | null;
}

export function findingList(body: string, findings: Diagnostic[], { select, fix }: Findings) {
  return html`<ul class="findings" part="findings" aria-label="Findings">
    ${findings.map(
      (one) => html`<li class=${one.severity} data-code=${one.code}>
        <span class="message"><b>${one.severity}</b> ${prose(one.message)}</span>
        <span class="actions">
          <button type="button" class="place" @click=${() => select(one.range.utf16)}>
            ${place(body, one.range.utf16[0])}
          </button>
          ${
            fix === null
              ? nothing
              : one.fixes.map(
                  (offered) => html`<button type="button" @click=${() => fix(offered)}>
                    ${prose(offered.label)}
                  </button>`,
                )
          }
          <span class="code">${one.code}</span>
        </span>
      </li>`,
    )}
  </ul>`;
}
