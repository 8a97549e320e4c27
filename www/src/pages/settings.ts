// <verbatim-settings>: what this host sends by and answers to: the Twilio account, the senders of
// each environment, and the webhooks that hear what people write.
import { html } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { api, type Directory, type Sender } from "../api.ts";
import type { Question, VerbatimDialog } from "../parts/dialog.ts";
import type { VerbatimDirectory } from "../parts/directory.ts";
import { Page } from "../parts/page.ts";

@customElement("verbatim-settings")
export class VerbatimSettings extends Page {
  @state() private senders: Sender[] | null = null;
  @state() private directory: Directory = { numbers: [], services: [] };
  @query("verbatim-directory") private atTwilio!: VerbatimDirectory;
  @query("verbatim-dialog") private dialog!: VerbatimDialog;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#list();
  }

  async #list(): Promise<void> {
    this.senders = (await this.attempt(() => api.senders())) ?? this.senders;
  }

  protected override render() {
    return html`<h1>Settings</h1>
      ${this.alert()}
      <div class="work" @ask=${(event: CustomEvent<Question>) => this.dialog.ask(event.detail)}>
        <verbatim-account @changed=${() => this.atTwilio.ask()}></verbatim-account>
        <verbatim-senders
          .senders=${this.senders}
          .directory=${this.directory}
          @changed=${this.#list}
        ></verbatim-senders>
        <verbatim-directory
          .senders=${this.senders}
          @changed=${this.#list}
          @directory=${(event: CustomEvent<Directory>) => {
            this.directory = event.detail;
          }}
        ></verbatim-directory>
        <verbatim-manners></verbatim-manners>
        <verbatim-webhooks .senders=${this.senders ?? []}></verbatim-webhooks>
        <verbatim-forwards></verbatim-forwards>
      </div>
      <verbatim-dialog></verbatim-dialog>`;
  }
}
