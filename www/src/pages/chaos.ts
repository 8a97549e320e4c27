// <verbatim-chaos>: what goes wrong at the fake Twilio, and how often. A change counts at once.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { api, type Chaos } from "../api.ts";
import { Page } from "../parts/page.ts";

type Fault = {
  [name in keyof Chaos]: Chaos[name] extends number ? name : never;
}[keyof Chaos];

type Rule = {
  [name in keyof Chaos]: Chaos[name] extends boolean ? name : never;
}[keyof Chaos];

const REQUESTS: [Fault, string, string][] = [
  ["throttled", "Throttled", "refused with 429 (20429); nothing is made, so it is tried again"],
  ["error_before", "Error before", "500 (20500), and nothing is made"],
  ["error_after", "Error after", "500 (20500), though the message is made"],
  ["timeout_after", "Time-out after", "no answer at all, though the message is made"],
  ["undelivered", "Undelivered", "the phone is off (30003)"],
];

const CALLBACKS: [Fault, string, string][] = [
  ["callback_dropped", "Dropped", "it never comes"],
  ["callback_doubled", "Doubled", "it comes twice"],
  ["callback_reordered", "Reordered", "it comes after the next one"],
];

const CALM: Chaos = {
  seed: 0,
  latency_ms: { least: 0, most: 0 },
  throttled: 0,
  error_before: 0,
  error_after: 0,
  timeout_after: 0,
  callback_dropped: 0,
  callback_doubled: 0,
  callback_reordered: 0,
  undelivered: 0,
  per_second: 0,
  per_second_of_account: 0,
  answers_keywords: false,
  campaign: "VERIFIED",
  campaign_without_links: false,
  campaign_without_phone_numbers: false,
};

const CAMPAIGNS: [Chaos["campaign"], string][] = [
  ["VERIFIED", "verified"],
  ["IN_PROGRESS", "in progress"],
  ["FAILED", "failed"],
  ["NONE", "none: never registered"],
];

@customElement("verbatim-chaos")
export class VerbatimChaos extends Page {
  @state() private chaos: Chaos | null = null;
  #setting: Promise<void> = Promise.resolve();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(() => api.chaos()).then((chaos) => {
      this.chaos = chaos ?? null;
    });
  }

  protected override render() {
    const { chaos } = this;
    return html`<div class="row between">
        <h1>Chaos</h1>
        ${
          chaos === null
            ? nothing
            : html`<button type="button" @click=${() => this.#set({ ...CALM, seed: chaos.seed })}>
              All calm
            </button>`
        }
      </div>
      <p class="muted">
        What goes wrong at the fake Twilio. A change counts at once, and begins the run of its seed
        again: the same seed and the same messages have the same faults.
      </p>
      ${this.alert()} ${chaos === null ? nothing : this.#cards(chaos)}`;
  }

  #cards(chaos: Chaos) {
    const { least, most } = chaos.latency_ms;
    return html`<section class="card">
        <h2>Messages</h2>
        ${REQUESTS.map((fault) => this.#slider(chaos, fault))}
      </section>
      <section class="card">
        <h2>Status callbacks</h2>
        ${CALLBACKS.map((fault) => this.#slider(chaos, fault))}
      </section>
      <section class="card">
        <h2>Twilio's pace and rules</h2>
        <div class="thirds">
          ${this.#number("Latency from, ms", least, (value) => ({
            latency_ms: { least: value, most: Math.max(value, most) },
          }))}
          ${this.#number("Latency to, ms", most, (value) => ({
            latency_ms: { least: Math.min(least, value), most: value },
          }))}
          ${this.#number("Messages a second, each sender", chaos.per_second, (value) => ({
            per_second: value,
          }))}
          ${this.#number(
            "Messages a second, the account",
            chaos.per_second_of_account,
            (value) => ({
              per_second_of_account: value,
            }),
          )}
          ${this.#number("Seed", chaos.seed, (value) => ({ seed: value }))}
        </div>
        ${this.#check(
          chaos,
          "answers_keywords",
          "Twilio answers STOP, START and HELP itself, and refuses who has opted out (21610)",
        )}
      </section>
      <section class="card">
        <h2>Registration</h2>
        <label class="field">
          <span>Campaign of each Messaging Service (A2P 10DLC)</span>
          <select
            .value=${live(chaos.campaign)}
            @change=${(event: Event) =>
              this.#set({
                campaign: (event.target as HTMLSelectElement).value as Chaos["campaign"],
              })}
          >
            ${CAMPAIGNS.map(([value, label]) => html`<option value=${value}>${label}</option>`)}
          </select>
        </label>
        <p class="muted small">
          Unless it is verified, what a long code sends to a US or Canadian phone is blocked (30034).
        </p>
        ${this.#check(chaos, "campaign_without_links", "It says that its messages hold no links")}
        ${this.#check(
          chaos,
          "campaign_without_phone_numbers",
          "It says that its messages hold no phone numbers",
        )}
      </section>`;
  }

  #check(chaos: Chaos, name: Rule, meaning: string) {
    return html`<label class="check">
      <input
        type="checkbox"
        .checked=${live(chaos[name])}
        @change=${(event: Event) =>
          this.#set({ [name]: (event.target as HTMLInputElement).checked })}
      />
      ${meaning}
    </label>`;
  }

  #slider(chaos: Chaos, [name, label, meaning]: [Fault, string, string]) {
    const percent = Math.round(chaos[name] * 100);
    return html`<div class="chance">
      <label for=${name}>${label}</label>
      <input
        id=${name}
        type="range"
        max="100"
        aria-describedby=${`${name}-meaning`}
        .value=${live(String(percent))}
        @change=${(event: Event) =>
          this.#set({ [name]: Number((event.target as HTMLInputElement).value) / 100 })}
      />
      <output for=${name} class=${percent === 0 ? "muted" : "warn"}>${percent} %</output>
      <span id=${`${name}-meaning`} class="muted small">${meaning}</span>
    </div>`;
  }

  #number(label: string, value: number, change: (value: number) => Partial<Chaos>) {
    return html`<label class="field">
      <span>${label}</span>
      <input
        type="number"
        min="0"
        .value=${String(value)}
        @change=${({ target }: Event) => {
          const field = target as HTMLInputElement;
          const whole = Math.trunc(Number(field.value));
          field.value = String(whole);
          this.#set(change(whole));
        }}
      />
    </label>`;
  }

  /** The next change stands on this one at once; after a refusal, what the host has is shown. */
  async #set(changed: Partial<Chaos>): Promise<void> {
    if (this.chaos === null) return;
    const chaos = { ...this.chaos, ...changed };
    this.chaos = chaos;
    // One after the other: what is set last is what counts.
    this.#setting = this.#setting.then(async () => {
      const kept = await this.attempt(() => api.setChaos(chaos));
      if (kept === undefined) this.chaos = await api.chaos().catch(() => this.chaos);
      this.requestUpdate();
    });
    await this.#setting;
  }
}
