// The shapes of the module's ABI v1. They are declared once, beside the guest that answers with
// them; here they only get names for their parts.
import type { Check, Preview, Segments } from "../../wasm/module/src/types.d.ts";

export type * from "../../wasm/module/src/imports.d.ts";
export type * from "../../wasm/module/src/types.d.ts";

/** A token of a body. */
export type Token = Check["tokens"][number];
/** Where one token stands in the body, and where what it became stands in the text. */
export type Span = Preview["spans"][number];
/** A character that forces UCS-2, and what to write in its place, if anything will do. */
export type Forcing = Segments["forcing"][number];
