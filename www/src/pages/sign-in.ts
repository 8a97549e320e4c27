// <verbatim-sign-in>: asks for an API key; the host answers with a
// session cookie, so that the key itself is kept nowhere in the page.
import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { api } from "../api.ts";
import { Page } from "../parts/page.ts";

/** Where the host leads who follows a link that opens nothing any more. */
const USED = new URLSearchParams(location.search).get("link") === "used";
// Said once: not again to who signs out later.
if (USED) history.replaceState(null, "", location.pathname + location.hash);

@customElement("verbatim-sign-in")
export class VerbatimSignIn extends Page {
  async #signIn(event: Event): Promise<void> {
    event.preventDefault();
    const field = this.querySelector("input");
    const done = await this.attempt(() => api.signIn(field?.value.trim() ?? "").then(() => true));
    if (done) this.dispatchEvent(new CustomEvent("signed-in", { bubbles: true }));
  }

  protected override render() {
    return html`<form class="card sign-in" @submit=${this.#signIn}>
      <h1>Sign in</h1>
      ${
        USED
          ? html`<p class="alert" role="alert">
              The link was used or has expired: sign in with an API key, or start
              <code>verbatim dev</code> again for a new link.
            </p>`
          : nothing
      }
      <p class="muted">
        Paste an API key: <code>verbatim keys create NAME</code> makes one.
        <code>verbatim dev</code> prints one when it first starts, and a link that signs in.
      </p>
      <label class="field">
        <span>API key</span>
        <input type="password" autocomplete="current-password" required />
      </label>
      ${this.alert()}
      <button type="submit" class="primary">Sign in</button>
    </form>`;
  }
}
