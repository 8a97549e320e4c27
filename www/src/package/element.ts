// `verbatim-sms/element`: defines <verbatim-editor>. It loads the module beside this file by
// itself, unless its `engine` is set first. CodeMirror and Lit are inside: a page needs no more.
import { define, VerbatimEditor } from "../elements/editor.ts";
import type { Verbatim } from "../verbatim.ts";
import { load } from "./index.ts";

export type { EditDetail, VerbatimEditorElement, WitnessDetail } from "../elements/face.ts";

let loading: Promise<Verbatim> | null = null;

// One module answers for all elements of a page.
VerbatimEditor.loader = () => {
  loading ??= load();
  return loading;
};
define();
