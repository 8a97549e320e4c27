// <verbatim-phone-page>: the phone by itself.
import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, type Sender } from "../api.ts";
import { Page } from "../parts/page.ts";
import { phoneNumber } from "../parts/phone-number.ts";
import type { Verbatim } from "../verbatim.ts";

@customElement("verbatim-phone-page")
export class VerbatimPhonePage extends Page {
  @property({ attribute: false }) engine!: Verbatim;
  @state() private senders: Sender[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(() => api.senders()).then((senders) => {
      this.senders = senders ?? [];
    });
  }

  protected override render() {
    return html`<h1>Phone</h1>
      <p class="muted">
        What reaches a number in this development host, and what its holder answers. Nothing leaves
        the machine.
      </p>
      ${this.alert()}
      <div class="phone-page">
        <verbatim-phone
          .engine=${this.engine}
          .senders=${this.senders}
          .number=${phoneNumber.get()}
          @number=${(event: CustomEvent<string>) => phoneNumber.set(event.detail)}
        ></verbatim-phone>
      </div>`;
  }
}
