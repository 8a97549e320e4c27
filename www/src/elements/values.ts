// A field for the sample value of each token. An empty field is a missing value; a value that is
// empty is ticked.
import { html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { live } from "lit/directives/live.js";
import { distinct, kindName } from "../editing/words.ts";
import type { Check, Preview, TokenName, Values } from "../types.ts";
import { valueFor } from "../values.ts";

export function valueGrid(
  check: Check,
  preview: Preview | null,
  values: Values,
  readonly: boolean,
  set: (token: TokenName, value: string | null) => void,
) {
  const tokens = distinct(check.tokens);
  if (tokens.length === 0) return nothing;
  const missing = new Set(preview?.missing.map(({ kind, name }) => `${kind} ${name}`));
  // Most keys change neither: the fields stay as they are.
  const shown = tokens.map(({ kind, name }) => `${kind} ${name}`).join();
  const lacking = [...missing].join();
  // What is typed here is no input of the body's: the element tells of it by `edit`.
  const inside = (event: Event) => event.stopPropagation();
  return html`<section class="values" part="values" aria-label="Values" tabindex="-1" @input=${inside} @change=${inside}>
    <h2 class="heading">Sample values</h2>
    <div class="grid">
      ${guard([shown, lacking, values, readonly], () =>
        tokens.map((token) => {
          const value = valueFor(values, token);
          const lacks = missing.has(`${token.kind} ${token.name}`);
          const id = `value-${token.kind}-${token.name}`;
          return html`<div class="value">
          <div class="name">
            <label for=${id}
              ><span class="chip ${token.kind} ${lacks ? "missing" : ""}">${token.name}</span>
              <span class="kind">${kindName(token.kind)}</span></label
            >
            <span id="${id}-lacks" class="kind lacks">${lacks ? "missing" : ""}</span>
          </div>
          <input
            id=${id}
            type="text"
            autocomplete="off"
            dir="auto"
            ?readonly=${readonly}
            aria-describedby="${id}-lacks"
            .value=${live(value ?? "")}
            @input=${(event: Event) => {
              const typed = (event.target as HTMLInputElement).value;
              set(token, typed === "" ? null : typed);
            }}
          />
          ${
            (value ?? "") !== "" || readonly
              ? nothing
              : html`<label class="blank">
                <input
                  type="checkbox"
                  aria-label=${`leave ${token.name} empty`}
                  .checked=${live(value === "")}
                  @change=${(event: Event) =>
                    set(token, (event.target as HTMLInputElement).checked ? "" : null)}
                />
                leave empty
              </label>`
          }
        </div>`;
        }),
      )}
    </div>
  </section>`;
}
