// The host of a case, as `granted.rs` has it, for the engines of JavaScript.

const [NOT_GRANTED, MALFORMED, OVER_BUDGET, OPTED_OUT] = [-1, -2, -3, -4];

export class Simulated {
  intents = [];
  #granted;
  #sent = 0;

  constructor(granted) {
    this.#granted = granted;
  }

  /** Answers the import of this name, which was asked this text. */
  answer(name, json) {
    const answer = this.#answer(name, json);
    if (answer === 0 && name !== "opt_out_lookup") this.intents.push(`{"${name}":${json}}`);
    return answer;
  }

  #answer(name, json) {
    let asked;
    try {
      asked = JSON.parse(json);
    } catch {
      return MALFORMED;
    }
    switch (name) {
      case "opt_out_lookup": {
        const optedOut = this.#optedOut(asked.recipient, asked.sender);
        return optedOut === undefined ? NOT_GRANTED : Number(optedOut);
      }
      case "opt_out_record": {
        const isAsked = ([recipient, sender]) => recipient === asked.recipient && sender === asked.sender;
        return this.#granted.record.some(isAsked) ? 0 : NOT_GRANTED;
      }
      case "twilio_create_message": {
        const [to, from, times] = this.#granted.send ?? [];
        const sender = asked.from ?? asked.messaging_service_sid;
        if (to === undefined || to !== asked.to || from !== sender) return NOT_GRANTED;
        if (this.#optedOut(to, from)) return OPTED_OUT;
        if (this.#sent >= times) return OVER_BUDGET;
        this.#sent += 1;
        return 0;
      }
      default:
        throw new Error(`${name} is no import that answers`);
    }
  }

  #optedOut(recipient, sender) {
    return this.#granted.consent.find(([r, s]) => r === recipient && s === sender)?.[2];
  }
}
