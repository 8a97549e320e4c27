// <verbatim-app>: the console. It signs in, loads the module that the host sends with, and shows
// one page. Without that module there is no page: nothing is previewed by other bytes.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { ApiError, api } from "./api.ts";
import { define } from "./elements/editor.ts";
import { palette } from "./elements/palette.ts";
import { type HashedVerbatim, loadFromHost } from "./load-from-host.ts";
import { drafts, NEW } from "./pages/draft.ts";
import { Page } from "./parts/page.ts";
import { address, parseRoute, type Route } from "./route.ts";
import { ModuleRefused } from "./verbatim.ts";
import "./pages/agent.ts";
import "./pages/chaos.ts";
import "./pages/consent.ts";
import "./pages/deliveries.ts";
import "./pages/delivery.ts";
import "./pages/person.ts";
import "./pages/phone.ts";
import "./pages/settings.ts";
import "./pages/sign-in.ts";
import "./pages/template.ts";
import "./pages/templates.ts";
import "./parts/account.ts";
import "./parts/delivery-row.ts";
import "./parts/dialog.ts";
import "./parts/directory.ts";
import "./parts/forwards.ts";
import "./parts/items.ts";
import "./parts/languages.ts";
import "./parts/kit.ts";
import "./parts/keywords.ts";
import "./parts/manners.ts";
import "./parts/registrations.ts";
import "./parts/message-card.ts";
import "./parts/opt-out-add.ts";
import "./parts/opt-out-import.ts";
import "./parts/phone.ts";
import "./parts/prompt-field.ts";
import "./parts/send.ts";
import "./parts/senders.ts";
import "./parts/stats.ts";
import "./parts/versions.ts";
import "./parts/webhooks.ts";

/** Where the host serves its module and the glue that wasm-bindgen made with it. */
const MODULE = { wasm: "/verbatim.wasm", glue: "/verbatim.js" };

type Phase =
  | { name: "starting" }
  | { name: "signed-out" }
  | { name: "refused"; sentence: string }
  | { name: "ready"; engine: HashedVerbatim; development: boolean };

const TITLES: Record<Route["page"], string> = {
  templates: "Templates",
  template: "Template",
  "new-template": "New template",
  agent: "Agent",
  deliveries: "Deliveries",
  delivery: "Message",
  consent: "Consent",
  person: "Consent",
  phone: "Phone",
  settings: "Settings",
  chaos: "Chaos",
};

/** What the navigation leads to, whose pages each entry stands for, and what `dev` alone has. */
const NAVIGATION: { to: Route; covers: Route["page"][]; development?: true }[] = [
  { to: { page: "templates" }, covers: ["templates", "template", "new-template"] },
  { to: { page: "agent" }, covers: ["agent"] },
  { to: { page: "phone" }, covers: ["phone"], development: true },
  { to: { page: "deliveries", filter: {} }, covers: ["deliveries", "delivery"] },
  { to: { page: "consent" }, covers: ["consent", "person"] },
  { to: { page: "settings" }, covers: ["settings"] },
  { to: { page: "chaos" }, covers: ["chaos"], development: true },
];

@customElement("verbatim-app")
export class VerbatimApp extends Page {
  @state() private phase: Phase = { name: "starting" };
  @state() private route: Route = parseRoute(location.hash);

  override connectedCallback(): void {
    super.connectedCallback();
    this.replaceChildren();
    addEventListener("hashchange", this.#turn);
    addEventListener("beforeunload", askBeforeLeaving);
    void this.#start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.#turn);
    removeEventListener("beforeunload", askBeforeLeaving);
  }

  readonly #turn = () => {
    this.route = parseRoute(location.hash);
  };

  async #start(): Promise<void> {
    this.phase = { name: "starting" };
    try {
      const { sha256, development } = await api.module();
      const engine = await loadFromHost({ ...MODULE, sha256 });
      this.phase = { name: "ready", engine, development };
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 401) this.phase = { name: "signed-out" };
      else this.phase = { name: "refused", sentence: sentenceOf(cause) };
    }
  }

  protected override render() {
    const { phase, route } = this;
    document.title = `${TITLES[route.page]} · Verbatim`;
    return html`
      <header class="top">
        <a class="brand" href=${address({ page: "templates" })}>Verbatim</a>
        ${phase.name === "ready" ? this.#navigation(phase.development) : nothing}
      </header>
      <main>${this.#main()}</main>
      ${phase.name === "ready" ? footer(phase.engine) : nothing}
    `;
  }

  #navigation(development: boolean) {
    const shown = NAVIGATION.filter((entry) => development || !entry.development);
    return html`<nav aria-label="Pages">
      ${shown.map(({ to, covers }) => {
        const here = covers.includes(this.route.page);
        return html`<a href=${address(to)} aria-current=${here ? "page" : nothing}
          >${TITLES[to.page]}</a
        >`;
      })}
    </nav>`;
  }

  #main() {
    const { phase, route } = this;
    switch (phase.name) {
      case "starting":
        return html`<p class="muted" role="status">Loading the module…</p>`;
      case "signed-out":
        return html`<verbatim-sign-in @signed-in=${() => this.#start()}></verbatim-sign-in>`;
      case "refused":
        return html`<div class="card refused">
          <h1>The console did not start</h1>
          <p class="alert" role="alert">${phase.sentence}</p>
          <button type="button" @click=${() => location.reload()}>Try again</button>
        </div>`;
      case "ready":
        return page(route, phase);
    }
  }
}

function page(route: Route, { engine, development }: Phase & { name: "ready" }) {
  switch (route.page) {
    case "templates":
      return html`<verbatim-templates .engine=${engine}></verbatim-templates>`;
    case "template":
    case "new-template": {
      const id = route.page === "template" ? route.id : NEW;
      return html`<verbatim-template
        .engine=${engine}
        .development=${development}
        .templateId=${id}
      ></verbatim-template>`;
    }
    case "agent":
      return html`<verbatim-agent .engine=${engine}></verbatim-agent>`;
    case "deliveries":
      return html`<verbatim-deliveries .filter=${route.filter}></verbatim-deliveries>`;
    case "delivery":
      return html`<verbatim-delivery .messageId=${route.id}></verbatim-delivery>`;
    case "consent":
      return html`<verbatim-consent></verbatim-consent>`;
    case "person":
      return html`<verbatim-person .recipient=${route.recipient}></verbatim-person>`;
    case "phone":
      return html`<verbatim-phone-page .engine=${engine}></verbatim-phone-page>`;
    case "chaos":
      return html`<verbatim-chaos></verbatim-chaos>`;
    case "settings":
      return html`<verbatim-settings></verbatim-settings>`;
  }
}

function footer({ sha256, size }: HashedVerbatim) {
  return html`<footer>
    <p>
      Previewed by the module that sends:
      <code data-testid="module-sha256">${sha256}</code>
      <span class="nowrap">SHA-256 of ${size.toLocaleString("en")} bytes</span>
    </p>
  </footer>`;
}

function sentenceOf(cause: unknown): string {
  if (cause instanceof ModuleRefused || cause instanceof ApiError) return cause.message;
  return `the module could not be started: ${cause instanceof Error ? cause.message : cause}`;
}

function askBeforeLeaving(event: BeforeUnloadEvent): void {
  if (drafts.anyUnsaved()) event.preventDefault();
}

define();
const colours = palette.styleSheet;
if (colours !== undefined) document.adoptedStyleSheets.push(colours);
