// <verbatim-manners>: how much one person gets, and all together. What is over a limit is suppressed
// with its reason.
import { html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, type Manners, type Quota } from "../api.ts";
import { Page } from "./page.ts";

/** The host's own limits. */
const MAX = { messages: 10_000, seconds: 604_800 };

@customElement("verbatim-manners")
export class VerbatimManners extends Page {
  /** Null until they are known. */
  @state() private manners: Manners | null = null;
  @state() private done = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#read();
  }

  async #read(): Promise<void> {
    this.manners = (await this.attempt(() => api.manners())) ?? this.manners;
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    this.done = "";
    const typed = new FormData(event.target as HTMLFormElement);
    const number = (name: string) => Number(typed.get(name) ?? 0);
    const quota = (name: string): Quota | null => {
      const [messages, seconds] = [number(`${name}-messages`), number(`${name}-seconds`)];
      return messages === 0 && seconds === 0 ? null : { messages, seconds };
    };
    const seconds = number("text-seconds");
    const saved = await this.attempt(() =>
      api.setManners({
        per_recipient: quota("person"),
        same_text: seconds === 0 ? null : { seconds },
        per_project: quota("project"),
      }),
    );
    if (saved === undefined) return;
    this.manners = saved;
    this.done = "✓ Counts for every message from now on";
  }

  protected override render() {
    const { manners } = this;
    return html`<section class="card" aria-labelledby="manners">
      <h2 id="manners">Good manners</h2>
      <p class="muted small">
        What is over a limit is suppressed with its reason. Empty: no limit.
      </p>
      ${this.alert()}
      ${
        manners === null
          ? html`<p class="muted">Asking…</p>`
          : html`<form class="fields across" @submit=${this.#save}>
            ${field("person-messages", "Messages to one person", MAX.messages, manners.per_recipient?.messages)}
            ${field("person-seconds", "in so many seconds", MAX.seconds, manners.per_recipient?.seconds)}
            ${field("text-seconds", "Seconds until the same text again", MAX.seconds, manners.same_text?.seconds)}
            ${field("project-messages", "Messages of the project", MAX.messages, manners.per_project?.messages)}
            ${field("project-seconds", "in so many seconds, all together", MAX.seconds, manners.per_project?.seconds)}
            <div class="row"><button type="submit" class="primary">Save limits</button></div>
          </form>`
      }
      <p class="small good" role="status">${this.done}</p>
    </section>`;
  }
}

function field(name: string, label: string, max: number, value: number | undefined) {
  return html`<label class="field">
    <span>${label}</span>
    <input name=${name} type="number" min="1" max=${max} .value=${value === undefined ? "" : String(value)} />
  </label>`;
}
