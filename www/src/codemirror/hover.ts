// What a pointer that rests on a token, or on a character that forces UCS-2, is told.
import type { Extension } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import { told } from "../editing/told.ts";
import { analysisField, contextField } from "./state.ts";

export function hover(): Extension {
  return hoverTooltip(({ state }, place) => {
    const { values } = state.field(contextField);
    const found = told(state.field(analysisField), values, place);
    if (found === null) return null;
    return {
      pos: found.at[0],
      end: found.at[1],
      create() {
        const dom = document.createElement("div");
        dom.className = "vb-hover";
        for (const line of found.lines) {
          const row = dom.appendChild(document.createElement("p"));
          row.textContent = line;
          row.dir = "auto";
        }
        return { dom };
      },
    };
  });
}
