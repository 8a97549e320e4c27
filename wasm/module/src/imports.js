// The functions that the module asks of its host, answered by JavaScript (ABI.md, "Imports").
// Until `setHost` is called, every request is refused; a host that throws, or that answers with
// anything but a whole number, refuses too. The build puts this file at the head of the glue,
// whose `wasm` (the instance's exports) it reads.

const NOT_GRANTED = -1;
const MALFORMED = -2;
const LEVELS = { 1: "error", 2: "warn", 3: "info", 4: "debug" };

let host = null;

/** Who answers the module from now on; null = nobody, and everything is refused. */
export function setHost(newHost) {
    host = newHost ?? null;
}

const hostImports = {
    twilio_create_message: (ptr, len) => ask("createMessage", ptr, len),
    opt_out_lookup: (ptr, len) => ask("optOutLookup", ptr, len),
    opt_out_record: (ptr, len) => ask("optOutRecord", ptr, len),
    log(level, ptr, len) {
        if (typeof host?.log !== "function") return;
        try {
            host.log(LEVELS[level] ?? "info", textAt(ptr, len));
        } catch (error) {
            console.error("verbatim: the host's log failed:", error);
        }
    },
};

// An exception must not cross the module's frames: the instance would be left half way.
function ask(method, ptr, len) {
    if (typeof host?.[method] !== "function") return NOT_GRANTED;
    let request;
    try {
        request = JSON.parse(textAt(ptr, len));
    } catch {
        return MALFORMED;
    }
    try {
        const answer = host[method](request);
        if (Number.isInteger(answer) && answer === (answer | 0)) return answer;
        console.error(`verbatim: expected a whole number from ${method}, found`, answer);
    } catch (error) {
        console.error(`verbatim: the host's ${method} failed:`, error);
    }
    return NOT_GRANTED;
}

function textAt(ptr, len) {
    // Unsigned: a wasm i32 reaches JavaScript as a signed number.
    const bytes = new Uint8Array(wasm.memory.buffer, ptr >>> 0, len >>> 0);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

// The other end of `segments` in face.js: the module hands over numbers, which become the answer.
let answered;

function gsmAnswer(units, segments, unitsOf, remaining) {
    answered = {
        ok: {
            encoding: "GSM-7",
            units,
            segments,
            segment_units: segments === 1 ? [units] : Array.from(unitsOf),
            remaining,
            forcing: [],
            forcing_total: 0,
        },
    };
}
