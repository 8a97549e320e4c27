// A host within the page: it takes what the module proposes, keeps consent, and is the phone's
// network. As in any host, nothing counts before the module has returned.
import type { ConsentPair, MessageRequest, ModuleHost, Values } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";

/** The number that sends, and the phone that receives: both are kept free for fiction. */
export const SENDER = "+12025550100";
export const PHONE = "+12025550123";

/** What the phone, or its operator, gets to see. */
export interface Happening {
  direction: "to_phone" | "from_phone" | "nothing";
  text: string;
  /** What the module decided, in words. */
  note: string;
}

const ACCEPTED = 0;

export class World implements ModuleHost {
  readonly #optedOut = new Set<string>();
  #messages: MessageRequest[] = [];
  #changes: (() => void)[] = [];

  createMessage(message: MessageRequest): number {
    this.#messages.push(message);
    return ACCEPTED;
  }

  optOutLookup(pair: ConsentPair): number {
    return this.#optedOut.has(key(pair)) ? 1 : 0;
  }

  optOutRecord(change: ConsentPair & { action: "opt_out" | "opt_in" }): number {
    const { action } = change;
    this.#changes.push(() => {
      if (action === "opt_out") this.#optedOut.add(key(change));
      else this.#optedOut.delete(key(change));
    });
    return ACCEPTED;
  }

  /** Sends the body to the phone; throws what the module refuses. */
  send(engine: Verbatim, body: string, values: Values): Happening {
    const title = "playground";
    const { state, text, segments } = this.#run(() =>
      engine.send({
        ...{ to: PHONE, sender: SENDER, environment: "sandbox", values },
        ...{ templates: [{ title, body }], template: title },
      }),
    );
    const cost = `${segments.segments} × ${segments.encoding}`;
    return state === "suppressed"
      ? { direction: "nothing", text, note: "suppressed: this number has opted out" }
      : { direction: "to_phone", text, note: `sent as ${cost}` };
  }

  /** What the phone writes back, and the reply that it gets, if it gets one. */
  receive(engine: Verbatim, text: string): Happening[] {
    const { disposition, keyword, reply } = this.#run(() =>
      engine.receive({ from: PHONE, to: SENDER, text, replies: "verbatim" }),
    );
    const notes = {
      intercepted: `read as ${keyword}; the agent never sees it`,
      dropped: "dropped: this number has opted out",
      forward: "goes on to the agent",
    };
    const happened: Happening[] = [{ direction: "from_phone", text, note: notes[disposition] }];
    if (reply !== null) happened.push({ direction: "to_phone", text: reply, note: "the reply" });
    return happened;
  }

  /** What the module asked for in a call that failed never happens. */
  #run<T>(call: () => T): T {
    this.#messages = [];
    this.#changes = [];
    const answer = call();
    for (const change of this.#changes) change();
    return answer;
  }
}

function key({ recipient, sender }: ConsentPair): string {
  return `${recipient} ${sender}`;
}
