import { history, historyKeymap, standardKeymap } from "@codemirror/commands";
import { EditorView, keymap } from "@codemirror/view";
import { load } from "verbatim-sms";
import { analysisOf, verbatim } from "verbatim-sms/codemirror";

const engine = await load();
const count = document.querySelector("#count");

new EditorView({
  parent: document.querySelector("#editor"),
  doc: "Hi {{ entity:guest }}, it’s booked at ${restaurant}.",
  extensions: [
    verbatim(engine, {
      values: { entity: { guest: "Ana" }, variant: { restaurant: "Da Enzo" } },
      names: { entity: ["guest", "time"], variant: ["restaurant"] },
    }),
    history(),
    keymap.of([...historyKeymap, ...standardKeymap]),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": "Body" }),
    EditorView.updateListener.of(({ state }) => show(analysisOf(state))),
  ],
});

function show({ preview }) {
  if (preview === null) return;
  const { segments, units, encoding } = preview.segments;
  count.textContent = `${segments} × ${encoding}, ${units} units: ${preview.text}`;
}
