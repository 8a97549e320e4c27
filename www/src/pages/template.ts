// <verbatim-template>: one template: title, body with its live preview, senders per environment,
// a send to try it, its versions and languages, and in `dev` the phone that receives beside it.
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import {
  api,
  ENVIRONMENTS,
  type Registration,
  type Sender,
  type Senders,
  type Template,
} from "../api.ts";
import type { Analysis, Campaign } from "../editing/analysis.ts";
import { TOKEN_CHARS } from "../editing/worst.ts";
import type { EditDetail, VerbatimEditorElement, WitnessDetail } from "../elements/face.ts";
import { prose } from "../elements/prose.ts";
import type { HashedVerbatim } from "../load-from-host.ts";
import type { Question, VerbatimDialog } from "../parts/dialog.ts";
import { ENVIRONMENT_NAMES, environmentFields } from "../parts/environments.ts";
import { insertButtons } from "../parts/insert.ts";
import {
  assuming,
  type Known,
  NOTHING_KNOWN,
  respoken,
  type Spoken,
  translationsIn,
  unsaid,
  whatIsKnown,
} from "../parts/known.ts";
import { namesOf } from "../parts/names.ts";
import { Page } from "../parts/page.ts";
import { phoneNumber } from "../parts/phone-number.ts";
import { deleteQuestion, duplicateQuestion } from "../parts/questions.ts";
import type { VerbatimSend } from "../parts/send.ts";
import { type InLanguages, inLanguages } from "../parts/title.ts";
import { address } from "../route.ts";
import type { Diagnostic, Domains, Environment, Names, Preview, TokenName } from "../types.ts";
import { BLANK, type Draft, drafts, NEW } from "./draft.ts";

/** A sender that can be asked about. */
const SENDER = /^(\+[1-9]\d{6,14}|MG[0-9a-f]{32})$/;

@customElement("verbatim-template")
export class VerbatimTemplate extends Page {
  @property({ attribute: false }) engine!: HashedVerbatim;
  /** Whether there is a phone that receives. */
  @property({ type: Boolean }) development = false;
  /** The template's id, or `new`. */
  @property({ attribute: false }) templateId = NEW;

  @state() private template: Template | null = null;
  @state() private draft: Draft | null = null;
  @state() private senders: Sender[] = [];
  /** All of the project, for the names that they use and the languages of this one. */
  @state() private templates: Template[] = [];
  /** How senders are registered, as far as it was asked. */
  @state() private registrations = new Map<string, Registration>();
  /** What they name. */
  @state() private names: Names = {};
  /** What the project says of names and of what they may hold. */
  @state() private known: Known = NOTHING_KNOWN;
  /** Of the body's tokens those of which nobody says what they hold. */
  @state() private unsaid: TokenName[] = [];
  /** What they may hold, those included; always the same object for the same tokens. */
  @state() private domains: Domains | null = null;
  @state() private to = "";
  @state() private saved = "";
  /** What translations say in the default language. */
  private usual: Spoken = {};

  readonly #asked = new Set<string>();
  /** By sender; always the same object for one, so that the editor judges once. */
  readonly #campaigns = new Map<string, Campaign>();
  @query("verbatim-dialog") private dialog!: VerbatimDialog;
  @query("verbatim-editor") private editor!: VerbatimEditorElement;
  @query("verbatim-send") private sends!: VerbatimSend | null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#askAboutSenders();
    if (changed.has("development")) this.to = phoneNumber.get(this.development);
    if (!changed.has("templateId")) return;
    void this.#open();
    // They only help to write, so nothing is said if they cannot be had.
    void api.templates().then(
      (templates) => {
        this.templates = templates;
        this.names = namesOf(this.engine, templates);
        this.#beginInItsLanguage();
      },
      () => {},
    );
  }

  /** Asks how the senders of the form are registered, each once. */
  #askAboutSenders(): void {
    for (const sender of Object.values(this.draft?.senders ?? {})) {
      if (sender === null || !SENDER.test(sender) || this.#asked.has(sender)) continue;
      this.#asked.add(sender);
      // It only warns, so nothing is said if it cannot be had.
      void api.registration(sender).then(
        (registration) => {
          if (registration.campaign !== null) {
            const { links, phone_numbers } = registration.campaign;
            this.#campaigns.set(sender, { links, phone_numbers });
          }
          this.registrations = new Map(this.registrations).set(sender, registration);
        },
        () => {},
      );
    }
  }

  /** What the campaign says that the messages are under which they go out; the live one first. */
  get #campaign(): Campaign | null {
    const senders = [...ENVIRONMENTS].reverse().map((one) => this.draft?.senders[one] ?? "");
    const first = senders.find((sender) => this.#campaigns.has(sender));
    return this.#campaigns.get(first ?? "") ?? null;
  }

  async #open(): Promise<void> {
    const id = this.templateId;
    // A save gives a new template its id: what is on the screen is that template already.
    if (this.template?.id === id) return;
    this.template = null;
    this.draft = null;
    this.sends?.forget();
    const [senders, known] = await Promise.all([
      this.attempt(() => api.senders()),
      // It only helps to write, so nothing is said if it cannot be had.
      whatIsKnown().catch(() => NOTHING_KNOWN),
    ]);
    if (this.templateId !== id) return;
    this.senders = senders ?? [];
    this.known = known;
    this.usual = known.samples.translation ?? {};
    this.domains = known.domains;
    this.unsaid = [];
    if (id === NEW) {
      const blank = { ...BLANK, senders: firstSenders(this.senders) };
      this.draft = drafts.open(NEW, blank, known.samples);
      return;
    }
    const template = await this.attempt(() => api.template(id));
    if (template === undefined || this.templateId !== id) return;
    this.template = template;
    this.draft = drafts.open(id, template, known.samples);
    this.#beginInItsLanguage();
  }

  /** Once both the template and the titles of all are known. */
  #beginInItsLanguage(): void {
    if (this.draft === null || this.templates.length === 0) return;
    if (this.draft.language === "") this.#keep({ language: this.#languages.own });
    if (this.draft.language !== "") void this.#speak(this.draft.language);
  }

  /** What the project says is shown as it is said in the language of the send. */
  async #speak(language: string): Promise<void> {
    const { usual } = this;
    // A language that is half typed has no translations; the host says what is none.
    const own = language === "" ? {} : await translationsIn(language).catch(() => ({}));
    if (this.draft === null || this.draft.language !== language || usual !== this.usual) return;
    const { samples } = this.known;
    const now = { ...usual, ...own };
    const values = respoken(this.draft.values, samples.translation ?? {}, now);
    this.known = { ...this.known, samples: { ...samples, translation: now } };
    this.#keep({ values });
  }

  get #languages(): InLanguages<Template> {
    const { template, templates } = this;
    return template === null ? { own: "", others: [] } : inLanguages(template, templates);
  }

  /** The message that takes the most may be another language's, on a page of its own. */
  #witness({ language, values }: WitnessDetail): void {
    const other = this.#languages.others.find((one) => one.language === language)?.template;
    if (other === undefined) return;
    drafts.keep(other.id, { ...drafts.open(other.id, other), values });
    location.hash = address({ page: "template", id: other.id });
  }

  #judged({ check }: Analysis): void {
    const { domains } = this.known;
    const now = unsaid(check?.tokens ?? [], domains);
    const names = (tokens: TokenName[]) => tokens.map(({ kind, name }) => `${kind} ${name}`).join();
    if (names(now) === names(this.unsaid)) return;
    this.unsaid = now;
    this.domains = assuming(domains, now);
  }

  #keep(change: Partial<Draft>): void {
    if (this.draft === null) return;
    this.draft = { ...this.draft, ...change };
    drafts.keep(this.templateId, this.draft);
  }

  /** What the writer changed. */
  #change(change: Partial<Draft>): void {
    this.#keep(change);
    this.saved = "";
  }

  async #save(): Promise<Template | undefined> {
    const { draft, template } = this;
    if (draft === null) return undefined;
    const { title, body, senders } = draft;
    const saved = await this.attempt(() =>
      template === null
        ? api.createTemplate({ title, body, senders })
        : api.saveTemplate(template.id, { title, body, senders }),
    );
    if (saved === undefined) return undefined;
    drafts.settle(this.templateId, draft, saved);
    this.template = saved;
    this.saved = `Saved as version ${saved.version}`;
    if (this.templateId !== saved.id) {
      this.templateId = saved.id;
      history.replaceState(null, "", address({ page: "template", id: saved.id }));
    }
    return saved;
  }

  async #publish(environment: Environment): Promise<void> {
    const { template } = this;
    if (template === null) return;
    const published = await this.attempt(async () => {
      await api.publishTemplate(template.id, environment);
      return api.template(template.id);
    });
    if (published === undefined) return;
    this.template = published;
    this.saved = `${ENVIRONMENT_NAMES[environment]} sends version ${published.version} now`;
  }

  /** What the editor shows of what is saved now. */
  async #prepare(): Promise<Preview | null> {
    if (drafts.isUnsaved(this.templateId) && (await this.#save()) === undefined) {
      throw new Error("not sent, because the template could not be saved");
    }
    return this.editor.analysis.preview;
  }

  protected override render() {
    const { draft, template } = this;
    const languages = this.#languages;
    return html`
      <p class="crumb"><a href=${address({ page: "templates" })}>← Templates</a></p>
      <h1 class="unseen">${template?.title ?? "New template"}</h1>
      ${
        draft === null
          ? html`${this.alert()}
            ${this.problem === "" ? html`<p class="muted">Loading the template…</p>` : nothing}`
          : html`<div
            class=${this.development ? "desk" : ""}
            @ask=${({ detail }: CustomEvent<Question>) => this.dialog.ask(detail)}
          >
            <div class="work">
              ${this.#head(draft)}
              <div class="card">
                ${insertButtons((text, over) => this.editor.insert(text, over))}
                <verbatim-editor
                  placeholder="Hi {{entity:guest}}, your table at \${restaurant} is ready."
                  .engine=${this.engine}
                  .value=${draft.body}
                  .values=${draft.values}
                  .names=${this.known.names}
                  .suggestions=${this.names}
                  .domains=${this.domains}
                  .campaign=${this.#campaign}
                  .bodies=${Object.fromEntries(
                    languages.others.map(({ language, template: { body } }) => [language, body]),
                  )}
                  .language=${languages.own}
                  @witness=${({ detail }: CustomEvent<WitnessDetail>) => this.#witness(detail)}
                  @analysis=${({ detail }: CustomEvent<Analysis>) => this.#judged(detail)}
                  @edit=${(event: CustomEvent<EditDetail>) =>
                    this.#change({ body: event.detail.value, values: event.detail.values })}
                ></verbatim-editor>
                ${
                  this.unsaid.length === 0
                    ? nothing
                    : html`<p class="muted small" data-testid="assumed">
                      At worst with ${TOKEN_CHARS} characters of
                      ${this.unsaid.map(({ name }) => name).join(", ")}: nothing says what
                      ${this.unsaid.length === 1 ? "it holds" : "they hold"}.
                    </p>`
                }
              </div>
              ${environmentFields({
                template,
                senders: draft.senders,
                known: this.senders,
                registrations: this.registrations,
                unsaved: drafts.isUnsaved(this.templateId),
                change: (senders) => this.#change({ senders }),
                publish: (environment) => this.#publish(environment),
              })}
              <verbatim-send
                .draft=${draft}
                .samples=${this.known.samples}
                .to=${this.to}
                .unsaved=${drafts.isUnsaved(this.templateId)}
                .senders=${this.senders}
                .registrations=${this.registrations}
                .module=${this.engine.sha256}
                .prepare=${() => this.#prepare()}
                @to=${({ detail }: CustomEvent<string>) => this.#setTo(detail)}
                @draft=${({ detail }: CustomEvent<Partial<Draft>>) => {
                  this.#change(detail);
                  if (detail.language !== undefined) void this.#speak(detail.language);
                }}
              ></verbatim-send>
              ${template === null ? nothing : this.#history(draft, template)}
            </div>
            ${this.development ? this.#phone() : nothing}
          </div>`
      }
      <verbatim-dialog></verbatim-dialog>
    `;
  }

  #phone() {
    return html`<aside class="beside">
      <verbatim-phone
        .engine=${this.engine}
        .senders=${this.senders}
        .number=${this.to.trim()}
        @number=${(event: CustomEvent<string>) => this.#setTo(event.detail)}
      ></verbatim-phone>
    </aside>`;
  }

  #history(draft: Draft, template: Template) {
    return html`<verbatim-languages
        .engine=${this.engine}
        .template=${template}
        .body=${draft.body}
        .templates=${this.templates}
        .values=${draft.values}
      ></verbatim-languages>
      <verbatim-versions
        .engine=${this.engine}
        .template=${template}
        .body=${draft.body}
        @published=${({ detail }: CustomEvent<Template>) => {
          this.template = detail;
        }}
        @write=${({ detail: body }: CustomEvent<string>) => this.#change({ body })}
      ></verbatim-versions>`;
  }

  #setTo(to: string): void {
    this.to = to;
    phoneNumber.set(to.trim());
  }

  #head(draft: Draft) {
    const { template } = this;
    const unsaved = drafts.isUnsaved(this.templateId);
    const findings = this.#titleFindings(draft);
    return html`<form
        class="head"
        @submit=${(event: Event) => {
          event.preventDefault();
          void this.#save();
        }}
      >
        <label class="field grow">
          <span>Title</span>
          <input
            type="text"
            class="title"
            autocomplete="off"
            spellcheck="false"
            placeholder="reservation_confirmation"
            aria-describedby="title-findings"
            aria-invalid=${findings.length > 0 ? "true" : "false"}
            .value=${live(draft.title)}
            @input=${(event: Event) =>
              this.#change({ title: (event.target as HTMLInputElement).value })}
          />
        </label>
        <div class="row">
          <button type="submit" class="primary" ?disabled=${!unsaved}>Save</button>
          ${
            template === null
              ? nothing
              : html`<button
                  type="button"
                  @click=${() =>
                    this.dialog.ask(
                      duplicateQuestion(template, (copy) => {
                        location.hash = address({ page: "template", id: copy.id });
                      }),
                    )}
                >
                  Duplicate
                </button>
                <button
                  type="button"
                  class="quiet-danger"
                  @click=${() =>
                    this.dialog.ask(
                      deleteQuestion(template, () => {
                        location.hash = address({ page: "templates" });
                      }),
                    )}
                >
                  Delete
                </button>`
          }
        </div>
      </form>
      <p id="title-findings" class="small bad" ?hidden=${findings.length === 0}>
        ${findings.map(({ message }) => prose(message))}
      </p>
      <p class="muted small" role="status" data-testid="save-state">${this.#saveState(unsaved)}</p>
      ${this.alert()}`;
  }

  #saveState(unsaved: boolean): string {
    const { template } = this;
    if (template === null) return "Not saved yet";
    const version = `version ${template.version}`;
    if (unsaved) return `Unsaved changes to ${version}`;
    return this.saved === "" ? `Saved, ${version}` : this.saved;
  }

  /** The module's word on the title, once there is one to judge. */
  #titleFindings({ title, body }: Draft): Diagnostic[] {
    if (title === "" && this.template === null) return [];
    try {
      const { diagnostics } = this.engine.check({ title, body });
      return diagnostics.filter(({ part }) => part === "title");
    } catch {
      return [];
    }
  }
}

/** A new template can be tried at once: it starts with the one sandbox sender, if there is one. */
function firstSenders(senders: Sender[]): Senders {
  const [first, ...others] = senders.filter(({ environment }) => environment === "sandbox");
  const sandbox = others.length === 0 ? (first?.sender ?? null) : null;
  return { ...BLANK.senders, sandbox };
}
