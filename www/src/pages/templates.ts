// <verbatim-templates>: every template of the project, with what can be done to it.
import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { api, type Registration, type Sender, type Template } from "../api.ts";
import { plural } from "../editing/words.ts";
import type { VerbatimDialog } from "../parts/dialog.ts";
import { Page } from "../parts/page.ts";
import { deleteQuestion, duplicateQuestion } from "../parts/questions.ts";
import { blocked } from "../parts/registration.ts";
import { when } from "../parts/when.ts";
import { address } from "../route.ts";
import type { Verbatim } from "../verbatim.ts";
import { drafts } from "./draft.ts";

@customElement("verbatim-templates")
export class VerbatimTemplates extends Page {
  @property({ attribute: false }) engine!: Verbatim;
  @state() private templates: Template[] | null = null;
  @state() private sought = "";
  /** Null until they are known. */
  @state() private senders: Sender[] | null = null;
  @state() private registrations: Registration[] = [];
  @query("verbatim-dialog") private dialog!: VerbatimDialog;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#list();
  }

  async #list(): Promise<void> {
    // They only say what is to be done first.
    this.senders = await api.senders().catch(() => null);
    void api.registrations().then(
      ({ registrations }) => {
        this.registrations = registrations;
      },
      () => {},
    );
    this.templates = (await this.attempt(() => api.templates())) ?? this.templates;
  }

  protected override render() {
    return html`
      <div class="row between">
        <h1>Templates</h1>
        <a class="button primary" href=${address({ page: "new-template" })}>New template</a>
      </div>
      ${this.alert()} ${this.#rows()}
      <verbatim-dialog></verbatim-dialog>
    `;
  }

  #rows() {
    const { templates } = this;
    if (templates === null) return html`<p class="muted">Loading the templates…</p>`;
    if (templates.length === 0) return this.#firstSteps();
    const found = templates.filter((template) => has(template, this.sought));
    return html`<input
        type="search"
        class="search"
        aria-label="Search templates"
        placeholder="Search titles and texts"
        .value=${this.sought}
        @input=${(event: Event) => {
          this.sought = (event.target as HTMLInputElement).value;
        }}
      />
      <p class="muted small" role="status">
        ${this.sought === "" ? nothing : `${found.length} of ${plural(templates.length, "template")}`}
      </p>
      <ul class="list" aria-label="Templates">
        ${repeat(
          found,
          (template) => template.id,
          (template) => this.#row(template),
        )}
      </ul>`;
  }

  #firstSteps() {
    const ready = (this.senders ?? []).length > 0;
    return html`<div class="card">
      <h2>There is no template yet.</h2>
      <ol class="steps">
        <li>
          ${ready ? html`<span class="good">✓</span> ` : nothing}
          <a href=${address({ page: "settings" })}>Connect Twilio</a> and choose a number to send
          from.
        </li>
        <li>
          <a href=${address({ page: "new-template" })}>Write a template</a>: a title and up to 500
          characters, with tokens that a conversation fills.
        </li>
        <li>
          Send it from there to a number of your own, and find it in
          <a href=${address({ page: "deliveries", filter: {} })}>Deliveries</a>.
        </li>
      </ol>
    </div>`;
  }

  #row(template: Template) {
    return html`<li class="card">
      <div class="grow">
        <h2>
          <a href=${address({ page: "template", id: template.id })}>${template.title}</a>
          ${drafts.isUnsaved(template.id) ? html`<span class="badge warn">unsaved</span>` : ""}
        </h2>
        <p class="excerpt" dir="auto">${template.body}</p>
        <p class="muted small">
          version ${template.version} · ${this.#size(template.body)} · saved
          ${when(template.updated_at)}
        </p>
        ${blocked(this.registrations.find(({ sender }) => sender === template.senders.live))}
      </div>
      <div class="row actions">
        <button
          type="button"
          aria-label=${`Duplicate ${template.title}`}
          @click=${() => this.dialog.ask(duplicateQuestion(template, () => this.#list()))}
        >
          Duplicate
        </button>
        <button
          type="button"
          class="quiet-danger"
          aria-label=${`Delete ${template.title}`}
          @click=${() => this.dialog.ask(deleteQuestion(template, () => this.#list()))}
        >
          Delete
        </button>
      </div>
    </li>`;
  }

  #size(body: string): string {
    const { tokens_total: n } = this.engine.check({ body });
    if (n > 0) return plural(n, "token");
    const { segments, encoding } = this.engine.segments(body);
    return `${plural(segments, "segment")}, ${encoding}`;
  }
}

/** Each word of it, in any case, in the title or the text. */
function has({ title, body }: Template, sought: string): boolean {
  const text = `${title} ${body}`.toLowerCase();
  return sought
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
