// What every part of the console is: light DOM, so that one style sheet and one set of ids serve
// it, and one alert region that says in a sentence what went wrong.
import { html, LitElement } from "lit";
import { state } from "lit/decorators.js";
import { prose } from "../elements/prose.ts";

export abstract class Page extends LitElement {
  /** The sentence of the last failure; empty once something succeeded. */
  @state() protected problem = "";

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Does it, and shows the sentence if it fails. Undefined means that it failed. */
  protected async attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await action();
      this.problem = "";
      return result;
    } catch (cause) {
      this.problem = cause instanceof Error ? cause.message : String(cause);
      return undefined;
    }
  }

  /** Always in the page, so that a screen reader hears it change. */
  protected alert() {
    return html`<p class="alert" role="alert" ?hidden=${this.problem === ""}>${prose(this.problem)}</p>`;
  }
}
