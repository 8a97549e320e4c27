// <verbatim-settings>: what this host sends by and answers to: the Twilio account, the senders of
// each environment, and the webhooks that hear what people write.
import { html } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { api, type Directory, type Registration, type Sender } from "../api.ts";
import type { Question, VerbatimDialog } from "../parts/dialog.ts";
import type { VerbatimDirectory } from "../parts/directory.ts";
import { Page } from "../parts/page.ts";
import type { VerbatimRegistrations } from "../parts/registrations.ts";

@customElement("verbatim-settings")
export class VerbatimSettings extends Page {
  @state() private senders: Sender[] | null = null;
  @state() private known: Registration[] = [];
  @state() private directory: Directory = { numbers: [], services: [] };
  @query("verbatim-directory") private atTwilio!: VerbatimDirectory;
  @query("verbatim-registrations") private registrations!: VerbatimRegistrations;
  @query("verbatim-dialog") private dialog!: VerbatimDialog;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#list();
  }

  async #list(): Promise<void> {
    this.senders = (await this.attempt(() => api.senders())) ?? this.senders;
    await this.registrations?.read();
  }

  protected override render() {
    return html`<h1>Settings</h1>
      ${this.alert()}
      <div class="work" @ask=${(event: CustomEvent<Question>) => this.dialog.ask(event.detail)}>
        <verbatim-account
          @changed=${() => Promise.all([this.atTwilio.ask(), this.registrations.read()])}
        ></verbatim-account>
        <verbatim-senders
          .senders=${this.senders}
          .directory=${this.directory}
          .registrations=${this.known}
          @changed=${this.#list}
        ></verbatim-senders>
        <verbatim-directory
          .senders=${this.senders}
          @changed=${this.#list}
          @directory=${(event: CustomEvent<Directory>) => {
            this.directory = event.detail;
          }}
        ></verbatim-directory>
        <verbatim-registrations
          @registrations=${({ detail }: CustomEvent<Registration[]>) => {
            this.known = detail;
          }}
        ></verbatim-registrations>
        <verbatim-keywords .senders=${this.senders}></verbatim-keywords>
        <verbatim-manners></verbatim-manners>
        <verbatim-webhooks .senders=${this.senders ?? []}></verbatim-webhooks>
        <verbatim-forwards></verbatim-forwards>
      </div>
      <verbatim-dialog></verbatim-dialog>`;
  }
}
