// <verbatim-items>: the things of one kind that a project holds, as a list with a form to edit one
// of them or to make another.
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { type Item, type ItemKind, type Items, project } from "../project.ts";
import type { Names } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";
import { ask } from "./dialog.ts";
import { type Field, jsonOf, linesOf, SHAPES, textsOf } from "./item-form.ts";
import { Page } from "./page.ts";
import type { VerbatimPrompt } from "./prompt-field.ts";

@customElement("verbatim-items")
export class VerbatimItems extends Page {
  @property({ attribute: false }) engine!: Verbatim;
  @property({ attribute: false }) kind: ItemKind = "actions";
  /** Everything there is, or null while it is on its way. */
  @property({ attribute: false }) items: Items | null = null;
  @property({ attribute: false }) names: Names = {};
  /** What is being edited; null for nothing, and `new` for what is not there yet. */
  @state() private edited: Item | "new" | null = null;
  @state() private done = "";

  #open(item: Item | "new"): void {
    this.problem = "";
    this.done = "";
    this.edited = item;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("form input")?.focus());
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { kind, edited } = this;
    if (edited === null) return;
    const saved = await this.attempt(async () => {
      const typed = new FormData(form);
      const name = String(typed.get("name") ?? "").trim();
      const read = edited === "new" ? null : edited;
      const members = this.#shape.fields.map((field) => [field.name, this.#read(field, typed)]);
      const extra = read === null ? {} : { extra: read["extra"] };
      const item = { ...Object.fromEntries(members), ...extra, name };
      return project.save(kind, read?.name ?? name, read, item);
    });
    if (saved === undefined) return;
    this.edited = null;
    this.done = `✓ ${saved.name} is saved`;
    this.#changed();
  }

  #remove(item: Item): void {
    const { one } = this.#shape;
    ask(this, {
      heading: `Delete the ${one}?`,
      text: `${item.name} is deleted for good.`,
      action: "Delete",
      dangerous: true,
      confirm: async () => {
        await project.remove(this.kind, item);
        this.edited = null;
        this.done = `${item.name} was deleted`;
        this.#changed();
      },
    });
  }

  /** Who works by keys goes on where they were: the form that they were in is gone. */
  protected override updated(changed: PropertyValues): void {
    const closed = changed.get("edited") != null && this.edited === null;
    if (closed && document.activeElement === document.body) {
      this.querySelector<HTMLElement>("h2 + button")?.focus();
    }
  }

  #changed(): void {
    this.dispatchEvent(new CustomEvent("changed"));
  }

  get #shape() {
    return SHAPES[this.kind];
  }

  /** What always has a value, of texts by key. */
  #keys({ keys }: Field): string[] {
    return keys === undefined ? [] : (this.items?.[keys] ?? []).map(({ name }) => name);
  }

  #read(field: Field, typed: FormData): unknown {
    const { name, label, kind, initial } = field;
    const written = String(typed.get(name) ?? "");
    switch (kind) {
      case "text":
      case "choice":
        return written.trim() === "" ? initial : written.trim();
      case "prompt":
        return this.querySelector<VerbatimPrompt>("verbatim-prompt")?.value ?? "";
      case "check":
        return typed.has(name);
      case "json":
        return jsonOf(label, written) ?? initial;
      case "texts": {
        if (field.keys === undefined) return textsOf(written);
        const keys = this.#keys(field);
        return Object.fromEntries(
          keys.map((key) => [key, String(typed.get(`${name} ${key}`) ?? "")]),
        );
      }
    }
  }

  /** What a field of texts holds of what is edited: of a variant, what the attributes say of it. */
  #texts({ name, keys }: Field): Record<string, string> {
    const { edited, items } = this;
    if (edited === null || edited === "new") return {};
    if (keys !== "attributes") return (edited[name] ?? {}) as Record<string, string>;
    const values = (items?.attributes ?? []).map((attribute) => [
      attribute.name,
      (attribute["values"] as Record<string, string>)[edited.name] ?? "",
    ]);
    return Object.fromEntries(values);
  }

  protected override render() {
    const { kind } = this;
    const { title, one, about } = this.#shape;
    return html`<section class="card" aria-labelledby=${kind}>
      <div class="row between">
        <h2 id=${kind}>${title}</h2>
        <button type="button" @click=${() => this.#open("new")}>New ${one}</button>
      </div>
      <p class="muted small">${about}</p>
      ${this.#rows()} ${this.edited === null ? nothing : this.#form(this.edited)} ${this.alert()}
      <p class="small good" role="status">${this.done}</p>
    </section>`;
  }

  #rows() {
    const items = this.items?.[this.kind];
    const { one, title, summary } = this.#shape;
    if (items === undefined) return html`<p class="muted">Loading…</p>`;
    if (items.length === 0) return html`<p class="empty">There is no ${one} yet.</p>`;
    return html`<ul class="rows" aria-label=${title}>
      ${repeat(
        items,
        ({ name }) => name,
        (item) => html`<li>
          <div class="grow">
            <p><strong class="breakable">${item.name}</strong></p>
            <p class="muted small breakable" dir="auto">${summary(item)}</p>
          </div>
          <button type="button" aria-label=${`Edit ${item.name}`} @click=${() => this.#open(item)}>
            Edit
          </button>
          <button
            type="button"
            class="quiet-danger"
            aria-label=${`Delete ${item.name}`}
            @click=${() => this.#remove(item)}
          >
            Delete
          </button>
        </li>`,
      )}
    </ul>`;
  }

  #form(edited: Item | "new") {
    const { one, fields } = this.#shape;
    const label = edited === "new" ? `New ${one}` : `Edit ${edited.name}`;
    // Another thing is another form: nothing that was typed stays in it.
    return repeat(
      [edited],
      (it) => it,
      () => html`<form class="fields" aria-label=${label} @submit=${this.#save}>
        <label class="field">
          <span>Name</span>
          <input
            name="name"
            type="text"
            autocomplete="off"
            required
            .defaultValue=${edited === "new" ? "" : edited.name}
          />
        </label>
        ${fields.map((field) => this.#field(field, edited))}
        <div class="row end">
          <button
            type="button"
            @click=${() => {
              this.edited = null;
            }}
          >
            Cancel
          </button>
          <button type="submit" class="primary">Save</button>
        </div>
      </form>`,
    );
  }

  #field(field: Field, edited: Item | "new") {
    const { name, label, hint, kind, initial, choices } = field;
    const value = edited === "new" ? initial : (edited[name] ?? initial);
    const head = html`<span>${label} ${hint === undefined ? nothing : html`<i>${hint}</i>`}</span>`;
    switch (kind) {
      case "text":
        return html`<label class="field">
          ${head}<input name=${name} type="text" autocomplete="off" .defaultValue=${String(value ?? "")} />
        </label>`;
      case "choice": {
        const known = choices ?? [];
        const all = known.includes(String(value)) ? known : [...known, String(value)];
        return html`<label class="field">
          ${head}<select name=${name}>
            ${all.map((one) => html`<option .value=${one} ?selected=${one === value}>${one}</option>`)}
          </select>
        </label>`;
      }
      case "check":
        return html`<label class="check">
          <input name=${name} type="checkbox" .defaultChecked=${value === true} /> ${label}
        </label>`;
      case "json":
        return html`<label class="field">
          ${head}<textarea
            name=${name}
            rows="3"
            spellcheck="false"
            .defaultValue=${value === null ? "" : JSON.stringify(value)}
          ></textarea>
        </label>`;
      case "prompt":
        return html`<div class="field">
          ${head}<verbatim-prompt
            .engine=${this.engine}
            .names=${this.names}
            .text=${String(value ?? "")}
          ></verbatim-prompt>
        </div>`;
      case "texts":
        return this.#textFields(field);
    }
  }

  #textFields(field: Field) {
    const { name, label, keys } = field;
    const texts = this.#texts(field);
    if (keys === undefined) {
      return html`<label class="field">
        <span>${label} <i>a line each, e.g. es: Hola</i></span>
        <textarea name=${name} rows="4" .defaultValue=${linesOf(texts)}></textarea>
      </label>`;
    }
    return html`<fieldset>
      <legend>${label}</legend>
      ${this.#keys(field).map(
        (key) => html`<label class="field">
          <span>${key}</span>
          <input name=${`${name} ${key}`} type="text" autocomplete="off" .defaultValue=${texts[key] ?? ""} />
        </label>`,
      )}
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-items": VerbatimItems;
  }
}
