// The ops for JavaScript: plain objects in, plain objects out. Both are JSON on the way, so that
// `JSON.stringify` of an answer is what any other host reads. The build puts this file behind
// wasm-bindgen's glue, whose exports it uses: `call`, one request in, one response out, as text.

const op = (name) => (request = {}) => {
    const fields = JSON.stringify(request) ?? "undefined";
    // As text: to spread `request` into a new object takes as long as the op itself.
    const asked = fields.startsWith("{") ? `{"op":"${name}",${fields.slice(1)}` : fields;
    return JSON.parse(call(asked.replace(/,\}$/, "}")));
};

export const describe = op("describe");
export const check = op("check");
export const checkPrompt = op("check_prompt");
export const preview = op("preview");
export const render = op("render");
export const complete = op("complete");
export const classify = op("classify");
export const send = op("send");
export const receive = op("receive");

// What an editor asks at each keystroke has a way of its own: a text in GSM-7 needs no JSON. Where
// both ways could answer, they answer the same (tests/faces.mjs).
const segmentsOf = op("segments");

export function segments(request) {
    const text = bareText(request);
    return text !== undefined && gsmSegments(text) ? answered : segmentsOf(request);
}

/** The text of `{ text }`, of nothing more and nothing else. */
function bareText(request) {
    if (typeof request !== "object" || request === null) return undefined;
    for (const name in request) if (name !== "text") return undefined;
    return typeof request.text === "string" ? request.text : undefined;
}
