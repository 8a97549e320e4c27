// <verbatim-versions>: what each save of a template changed, and which version an environment
// sends. Says `published` with the template when another one is, and `write` with a body that is
// to be written again.
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, type Paged, type Template, type Version } from "../api.ts";
import { changes, tokenChanges } from "../editing/changes.ts";
import { TOKEN_CHARS, worst, worstWords } from "../editing/worst.ts";
import type { Verbatim } from "../verbatim.ts";
import { ENVIRONMENT_NAMES, PUBLISHED_TO } from "./environments.ts";
import { Page } from "./page.ts";
import { when } from "./when.ts";

/** What is not saved yet stands in the list like a version. */
const UNSAVED = "unsaved";
type Shown = number | typeof UNSAVED;

@customElement("verbatim-versions")
export class VerbatimVersions extends Page {
  @property({ attribute: false }) engine!: Verbatim;
  @property({ attribute: false }) template!: Template;
  /** What stands in the editor. */
  @property() body = "";

  @state() private versions: Paged<Version, number> | null = null;
  /** Whose changes are shown. */
  @state() private shown: Shown | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("template");
    if (!changed.has("template")) return;
    const { id, version } = this.template;
    if (before?.id !== id) this.shown = null;
    if (before?.id !== id || before.version !== version) void this.#list();
  }

  async #list(): Promise<void> {
    const { id } = this.template;
    const page = await this.attempt(() => api.versions(id));
    if (page !== undefined && id === this.template.id) this.versions = page;
  }

  async #more(): Promise<void> {
    const { id } = this.template;
    const { versions } = this;
    if (versions === null) return;
    const page = await this.attempt(() => api.versions(id, versions.next));
    if (page === undefined || id !== this.template.id) return;
    this.versions = { items: [...versions.items, ...page.items], next: page.next };
  }

  async #show(which: Shown): Promise<void> {
    this.shown = this.shown === which ? null : which;
    // What the last of the page has changed, its next page tells.
    if (this.versions?.next === which) await this.#more();
  }

  async #publish(to: (typeof PUBLISHED_TO)[number], version: number): Promise<void> {
    const { id } = this.template;
    const template = await this.attempt(() => api.publishTemplate(id, to, version));
    if (template === undefined) return;
    this.dispatchEvent(new CustomEvent("published", { detail: template }));
  }

  protected override render() {
    const { versions, template, body } = this;
    return html`<section class="card" aria-labelledby="versions">
      <h2 id="versions">Versions</h2>
      ${this.alert()}
      ${
        versions === null
          ? html`<p class="muted small">${this.problem === "" ? "Loading the versions…" : ""}</p>`
          : html`<ol class="rows" aria-label="Versions">
            ${body === template.body ? nothing : this.#unsaved()}
            ${versions.items.map((version) => this.#version(version))}
          </ol>`
      }
      ${
        versions?.next
          ? html`<button type="button" class="more" @click=${() => this.#more()}>
            Show older versions
          </button>`
          : nothing
      }
    </section>`;
  }

  #unsaved() {
    return html`<li class="entry">
      <div class="row">
        <strong class="grow">Not saved yet</strong>
        ${this.#toggle(UNSAVED, "what is not saved")}
      </div>
      ${this.shown === UNSAVED ? this.#difference(this.template, this.body) : nothing}
    </li>`;
  }

  #version({ version, title, body, created_at }: Version) {
    const { template, versions } = this;
    const before = versions?.items.find((one) => one.version === version - 1);
    const sent = PUBLISHED_TO.filter((to) => template.published[to] === version);
    return html`<li class="entry">
      <div class="row">
        <strong>Version ${version}</strong>
        <span class="muted small">saved ${when(created_at)}</span>
        <span class="row grow">
          ${version === template.version ? html`<span class="badge">sandbox</span>` : nothing}
          ${sent.map((to) => html`<span class="badge good">${ENVIRONMENT_NAMES[to].toLowerCase()}</span>`)}
        </span>
        ${this.#toggle(version, `version ${version}`)}
      </div>
      ${
        this.shown !== version
          ? nothing
          : html`${this.#difference(version === 1 ? null : (before ?? null), body, title)}
            <div class="row small">
              ${PUBLISHED_TO.filter((to) => !sent.includes(to)).map(
                (to) => html`<button
                  type="button"
                  class="link"
                  @click=${() => this.#publish(to, version)}
                >
                  Let ${ENVIRONMENT_NAMES[to].toLowerCase()} send version ${version}
                </button>`,
              )}
              ${
                body === this.body
                  ? nothing
                  : html`<button
                    type="button"
                    class="link"
                    @click=${() => this.dispatchEvent(new CustomEvent("write", { detail: body }))}
                  >
                    Write version ${version} into the editor
                  </button>`
              }
            </div>`
      }
    </li>`;
  }

  #toggle(which: Shown, name: string) {
    const open = this.shown === which;
    return html`<button
      type="button"
      class="link"
      aria-expanded=${open ? "true" : "false"}
      aria-label=${`Changes of ${name}`}
      @click=${() => this.#show(which)}
    >
      ${open ? "hide" : "changes"}
    </button>`;
  }

  /** Null for what there was nothing before. */
  #difference(before: { title: string; body: string } | null, body: string, title?: string) {
    const { engine } = this;
    if (before === null) {
      return html`<p class="sms" dir="auto">${body}</p>
        <p class="muted small">the first; ${worstWords(worst(engine, body))} at most</p>`;
    }
    const [old, now] = [worst(engine, before.body), worst(engine, body)];
    const { added, removed } = tokenChanges(engine, before.body, body);
    const dearer = (now?.segments ?? 0) > (old?.segments ?? 0);
    return html`${
      title === undefined || title === before.title
        ? nothing
        : html`<p class="small">Title: <del>${before.title}</del> <ins>${title}</ins></p>`
    }
      ${
        body === before.body
          ? html`<p class="muted small">The body is the same.</p>`
          : html`<p class="sms" dir="auto" data-testid="difference">${changes(
              engine,
              before.body,
              body,
            ).map(marked)}</p>`
      }
      ${
        added.length + removed.length === 0
          ? nothing
          : html`<p class="small">
            Tokens:
            ${removed.map((token) => html`<del><code>${token}</code></del> `)}${added.map(
              (token) => html`<ins><code>${token}</code></ins> `,
            )}
          </p>`
      }
      <p class="small ${dearer ? "warn" : "muted"}" data-testid="worst-change">
        ${
          worstWords(old) === worstWords(now)
            ? html`${worstWords(now)} at most, as before`
            : html`${worstWords(now)} at most, before ${worstWords(old)}`
        },
        with ${TOKEN_CHARS} characters a token
      </p>`;
  }
}

/** Read as removed and as added by who does not see the colours. */
function marked({ kind, text }: ReturnType<typeof changes>[number]) {
  switch (kind) {
    case "same":
      return text;
    case "added":
      return html`<ins>${text}</ins>`;
    case "removed":
      return html`<del>${text}</del>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-versions": VerbatimVersions;
  }
}
