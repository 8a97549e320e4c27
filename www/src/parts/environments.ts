// Where a template goes: the sender of each environment, and the version that it sends.
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { ENVIRONMENTS, type Sender, type Senders, type Template } from "../api.ts";
import type { Environment } from "../types.ts";
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
          ${published(environment, fields)}
        </div>`,
      )}
    </div>
    ${senderList("known-senders", known)}
  </section>`;
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
