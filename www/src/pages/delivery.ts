// <verbatim-delivery>: the whole story of one message: what it said, each try to hand it to
// Twilio, what it came to, and by which module.
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Attempt, api, type Story } from "../api.ts";
import { counted } from "../parts/delivery-row.ts";
import { Live } from "../parts/live.ts";
import { Page } from "../parts/page.ts";
import { Poll } from "../parts/poll.ts";
import { MEANING, meaning } from "../parts/states.ts";
import { when } from "../parts/when.ts";
import { address } from "../route.ts";
import type { Values } from "../types.ts";

/** What Twilio counts and bills is not told as it comes. */
const POLL_MS = 5_000;

const OUTCOME: Record<Attempt["state"], string> = {
  dispatching: "a request to Twilio may be under way",
  accepted: "Twilio took it",
  refused: "Twilio refused it, or was not reached",
  unknown: "nobody knows whether Twilio took it",
  returned: "given back before anything was sent",
};

@customElement("verbatim-delivery")
export class VerbatimDelivery extends Page {
  /** The message's id. */
  @property({ attribute: false }) messageId = "";
  @state() private message: Story | null = null;

  readonly #poll = new Poll(this, POLL_MS, () => this.#ask());

  constructor() {
    super();
    new Live(this, {
      message: ({ id }) => {
        if (id === this.messageId) void this.#poll.now();
      },
      again: () => void this.#poll.now(),
    });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("messageId")) return;
    this.message = null;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    const id = this.messageId;
    if (id === "") return;
    const message = await this.attempt(() => api.message(id));
    if (message !== undefined && id === this.messageId) this.message = message;
  }

  async #cancel(id: string): Promise<void> {
    const canceled = await this.attempt(() => api.cancel(id));
    if (canceled !== undefined) await this.#ask();
  }

  protected override render() {
    const { message } = this;
    return html`<p class="crumb">
        <a href=${address({ page: "deliveries", filter: {} })}>← Deliveries</a>
      </p>
      <div class="row between">
        <h1 class="breakable">${message === null ? "Message" : `To ${message.to}`}</h1>
        ${
          message?.state === "queued"
            ? html`<button type="button" @click=${() => this.#cancel(message.id)}>
              Cancel this message
            </button>`
            : nothing
        }
      </div>
      ${this.alert()}
      ${
        message !== null
          ? story(message)
          : this.problem === ""
            ? html`<p class="muted">Loading the message…</p>`
            : nothing
      }`;
  }
}

function story(message: Story) {
  return html`<div class="halves">
    <div class="work">
      <div class="card"><verbatim-message .message=${message}></verbatim-message></div>
      ${facts(message)}
    </div>
    ${course(message)}
  </div>`;
}

/** What happened, in its order. */
function course(message: Story) {
  const { attempts, reports, created_at, updated_at } = message;
  const events = [
    ...attempts.map((attempt) => ({ at: attempt.began_at, told: tried(attempt) })),
    ...reports.map((report) => ({ at: report.received_at, told: reported(report) })),
  ].sort((a, b) => (a.at < b.at ? -1 : 1));
  // What a callback has done, it has told; anything else that moved the message has not.
  const last = reports.at(-1)?.received_at ?? attempts.at(-1)?.ended_at ?? created_at;
  return html`<section class="card" aria-labelledby="course">
    <h2 id="course">What happened</h2>
    <ol class="rows" aria-label="What happened">
      <li class="entry">
        <p>accepted by this host</p>
        <p class="muted small">${when(created_at)}</p>
      </li>
      ${events.map(({ told }) => told)}
      ${
        updated_at > last
          ? html`<li class="entry">
            <p><strong>${message.state}</strong>: ${meaning(message)}</p>
            <p class="muted small">${when(updated_at)}</p>
          </li>`
          : nothing
      }
    </ol>
  </section>`;
}

function tried({ number, state, sid, error_code, error_message, began_at, ended_at }: Attempt) {
  return html`<li class="entry">
    <p>try ${number}: ${OUTCOME[state] ?? state}</p>
    ${
      error_message === null && error_code === null
        ? nothing
        : html`<p class="small bad">
          ${error_message ?? ""}${error_code === null ? nothing : html` (Twilio ${error_code})`}
        </p>`
    }
    <p class="muted small">
      ${when(began_at)}${ended_at === null ? nothing : html` to ${when(ended_at)}`}
      ${sid === null ? nothing : html`· <code>${sid}</code>`}
    </p>
  </li>`;
}

function reported({ status, error_code, received_at }: Story["reports"][number]) {
  const meant = Object.entries(MEANING).find(([state]) => state === status)?.[1];
  return html`<li class="entry">
    <p>
      Twilio reported
      <strong>${status}</strong>${meant === undefined ? nothing : `: ${meant}`}${error_code === null ? nothing : ` (Twilio ${error_code})`}
    </p>
    <p class="muted small">${when(received_at)}</p>
  </li>`;
}

/** "guest = Ana" for each value. */
function valueList(values: Values) {
  const all = Object.entries(values).flatMap(([kind, known]) =>
    Object.entries(known ?? {}).map(([name, value]) => ({ kind, name, value })),
  );
  if (all.length === 0) return null;
  return html`<ul class="plain" aria-label="Values">
    ${all.map(
      ({ kind, name, value }) => html`<li>
        <code class="chip ${kind}">${name}</code> <bdi class="sms">${value}</bdi>
      </li>`,
    )}
  </ul>`;
}

function facts(message: Story) {
  const { template, template_version: version, price, price_unit: unit } = message;
  const known: [string, unknown][] = [
    ["Segments", counted(message)],
    ["Price", price === null ? null : `${price} ${unit ?? ""}`],
    [
      "Template",
      template === null || version === null ? template : `${template}, version ${version}`,
    ],
    ["Values", message.values === null ? null : valueList(message.values)],
    ["Language", message.language],
    ["Conversation", message.conversation_id],
    ["Twilio’s SID", message.sid === null ? null : html`<code>${message.sid}</code>`],
    ["Id", html`<code>${message.id}</code>`],
    [
      "Consent",
      html`<a href=${address({ page: "person", recipient: message.to })}>${message.to}</a>`,
    ],
    ["Render it again", html`<code>verbatim replay ${message.id}</code>`],
  ];
  return html`<section class="card" aria-labelledby="facts">
    <h2 id="facts">Facts</h2>
    <dl class="facts">
      ${known
        .filter(([, value]) => value !== null)
        .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>
  </section>`;
}
