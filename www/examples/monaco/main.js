import * as monaco from "monaco-editor/editor/editor.api.js";
import EditorWorker from "monaco-editor/editor/editor.worker.js?worker";
import "monaco-editor/features/codeAction/register.js";
import "monaco-editor/features/hover/register.js";
import "monaco-editor/editor/contrib/suggest/browser/suggestController.js";
import { load } from "verbatim-sms";
import { verbatim } from "verbatim-sms/monaco";

self.MonacoEnvironment = { getWorker: () => new EditorWorker() };

const engine = await load();
const count = document.querySelector("#count");
const editor = monaco.editor.create(document.querySelector("#editor"), {
  value: "Hi {{ entity:guest }}, it’s booked at ${restaurant}.",
  wordWrap: "on",
  minimap: { enabled: false },
  fixedOverflowWidgets: true,
  ariaLabel: "Body",
});

verbatim(monaco, editor, engine, {
  values: { entity: { guest: "Ana" }, variant: { restaurant: "Da Enzo" } },
  names: { entity: ["guest", "time"], variant: ["restaurant"] },
  onAnalysis({ preview }) {
    if (preview === null) return;
    const { segments, units, encoding } = preview.segments;
    count.textContent = `${segments} × ${encoding}, ${units} units: ${preview.text}`;
  },
});
