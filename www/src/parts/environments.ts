// Where a template goes: the sender of each environment, and the version that it sends.
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import {
  ENVIRONMENTS,
  type Registration,
  type Sender,
  type Senders,
  type Template,
} from "../api.ts";
import type { Environment } from "../types.ts";
import { standingBadge, standingLine } from "./registration.ts";
import { senderList } from "./sender-list.ts";

export const ENVIRONMENT_NAMES: Record<Environment, string> = {
  sandbox: "Sandbox",
  pre_release: "Pre-release",
  live: "Live",
};

/** Those that send what is published to them; the sandbox always sends the newest. */
export const PUBLISHED_TO = ["pre_release", "live"] as const satisfies Environment[];

export interface EnvironmentFields {
  /** As it is saved, once it is. */
  template: Template | null;
  senders: Senders;
  /** Those that may be picked. */
  known: Sender[];
  /** How senders are registered, as far as it is known. */
  registrations: Map<string, Registration>;
  unsaved: boolean;
  change: (senders: Senders) => void;
  publish: (environment: Environment) => void;
}

/** A card with a field for each environment. */
export function environmentFields(fields: EnvironmentFields) {
  const { senders, known, change } = fields;
  return html`<section class="card" aria-label="Senders">
    <h2>Senders</h2>
    <p class="muted small">
      A phone number or a Messaging Service (MG…) for each environment. One without a sender refuses
      to send; it never borrows another's.
    </p>
    <div class="thirds">
      ${ENVIRONMENTS.map(
        (environment) => html`<div>
          <label class="field">
            <span>${ENVIRONMENT_NAMES[environment]} sender</span>
            <input
              type="text"
              list="known-senders"
              autocomplete="off"
              spellcheck="false"
              placeholder="none: refuses to send"
              .value=${live(senders[environment] ?? "")}
              @input=${(event: Event) => {
                const typed = (event.target as HTMLInputElement).value.trim();
                change({ ...senders, [environment]: typed === "" ? null : typed });
              }}
            />
          </label>
          ${registered(fields.registrations.get(senders[environment] ?? ""))}
          ${published(environment, fields)}
        </div>`,
      )}
    </div>
    ${senderList("known-senders", known)}
  </section>`;
}

/** Where it stands, unless it needs none; and its campaign's examples, which carriers compare with. */
function registered(registration: Registration | undefined) {
  if (registration === undefined || registration.standing === "not_needed") return nothing;
  const samples = registration.campaign?.samples ?? [];
  return html`<p>${standingBadge(registration)} ${standingLine(registration)}</p>
    ${
      samples.length === 0
        ? nothing
        : html`<details class="small">
          <summary>What its campaign says that it sends</summary>
          <ul>
            ${samples.map((sample) => html`<li dir="auto">${sample}</li>`)}
          </ul>
        </details>`
    }`;
}

function published(environment: Environment, { template, unsaved, publish }: EnvironmentFields) {
  if (template === null) return nothing;
  if (environment === "sandbox") {
    return html`<p class="muted small">sends the newest version, ${template.version}</p>`;
  }
  const sent = template.published[environment] ?? null;
  if (sent === template.version) {
    return html`<p class="muted small">sends version ${sent}, the newest</p>`;
  }
  return html`<p class="muted small">
    ${sent === null ? "nothing published" : `sends version ${sent}`}
    <button
      type="button"
      class="link"
      ?disabled=${unsaved}
      aria-label=${`Publish version ${template.version} to ${ENVIRONMENT_NAMES[environment]}`}
      @click=${() => publish(environment)}
    >
      publish version ${template.version}
    </button>
  </p>`;
}
