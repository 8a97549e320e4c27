// A modal question with two answers, and a field where it needs one. The browser's own <dialog>
// keeps the focus in, closes on Escape and gives the focus back.
import { html, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { Page } from "./page.ts";

export interface Question {
  heading: string;
  text: string;
  /** What the button says that does it. */
  action: string;
  dangerous?: boolean;
  /** Asks for one line of text, with this in it to start with. */
  field?: { label: string; value: string };
  /** Throws the sentence to show; the dialog stays open then. */
  confirm(value: string): Promise<void>;
}

/** Asks it in the dialog of the page that this part is in, which listens for `ask`. */
export function ask(part: HTMLElement, question: Question): void {
  part.dispatchEvent(new CustomEvent("ask", { detail: question, bubbles: true }));
}

@customElement("verbatim-dialog")
export class VerbatimDialog extends Page {
  @property({ attribute: false }) question: Question | null = null;
  @query("dialog") private dialog!: HTMLDialogElement;

  ask(question: Question): void {
    this.question = question;
    this.problem = "";
    void this.updateComplete.then(() => {
      const field = this.dialog.querySelector("input");
      if (field !== null) field.value = question.field?.value ?? "";
      this.dialog.showModal();
      field?.select();
    });
  }

  async #confirm(event: Event): Promise<void> {
    event.preventDefault();
    const value = this.dialog.querySelector("input")?.value ?? "";
    const done = await this.attempt(async () => {
      await this.question?.confirm(value);
      return true;
    });
    if (done) this.dialog.close();
  }

  protected override render() {
    const { question } = this;
    return html`<dialog aria-labelledby="dialog-heading">
      ${
        question === null
          ? nothing
          : html`<form @submit=${this.#confirm}>
            <h2 id="dialog-heading">${question.heading}</h2>
            <p class="breakable">${question.text}</p>
            ${
              question.field === undefined
                ? nothing
                : html`<label class="field">
                  <span>${question.field.label}</span>
                  <input type="text" autocomplete="off" />
                </label>`
            }
            ${this.alert()}
            <div class="row end">
              <button type="button" @click=${() => this.dialog.close()}>Cancel</button>
              <button type="submit" class=${question.dangerous ? "danger" : "primary"}>
                ${question.action}
              </button>
            </div>
          </form>`
      }
    </dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-dialog": VerbatimDialog;
  }
}
