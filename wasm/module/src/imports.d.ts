/** What the module asks to have sent. */
export type MessageRequest = { to: string; body: string } & (
    | { from: string }
    | { messaging_service_sid: string }
);

/** A recipient and a sender: the key of consent. */
export interface ConsentPair {
    recipient: string;
    sender: string;
}

/** What the module asks to have recorded about a pair. */
export interface ConsentChange extends ConsentPair {
    action: "opt_out" | "opt_in";
    keyword: string;
    matched: string;
}

/**
 * Answers what the module asks. A function that is missing refuses, and so does one that throws.
 * Zero or more is an answer; -1 = not granted, -2 = malformed, -3 = over a budget,
 * -4 = the recipient is opted out.
 */
export interface ModuleHost {
    /** Takes a message; 0 = accepted. */
    createMessage?(message: MessageRequest): number;
    /** 1 = opted out, 0 = not. */
    optOutLookup?(pair: ConsentPair): number;
    /** Notes an opt-out or an opt-in; 0 = noted. */
    optOutRecord?(change: ConsentChange): number;
    /** A line for the operator. */
    log?(level: "error" | "warn" | "info" | "debug", text: string): void;
}

/** Who answers the module from now on; null = nobody, and everything is refused (the default). */
export function setHost(host: ModuleHost | null): void;
