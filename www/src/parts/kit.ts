// <verbatim-kit>: imports a folder of the Agent Development Kit, all of it or nothing, and gives its
// files back with what the project holds. Says `changed` once something was imported.
import { html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { ApiError } from "../api.ts";
import { plural } from "../editing/words.ts";
import {
  type KitExported,
  type KitFiles,
  type KitImported,
  type KitProblem,
  project,
} from "../project.ts";
import { Page } from "./page.ts";

/** The files of a project that the host reads, below the project's folder. */
const OF_THE_KIT = /^(config\/[^/]+\.yaml|topics\/[^/]+\.ya?ml)$/;

/** The longest request that the host takes, in bytes; quotes and line ends take more in it. */
const MAX_BYTES = 900 * 1024;

@customElement("verbatim-kit")
export class VerbatimKit extends Page {
  @state() private imported: KitImported | null = null;
  @state() private exported: KitExported | null = null;
  @state() private wrong: KitProblem[] = [];
  @state() private busy = false;
  @query("#kit-folder") private folder!: HTMLInputElement;
  @query("#kit-prune") private prune!: HTMLInputElement;

  /** Does it with the files that are chosen, one at a time. */
  async #with<T>(ask: (files: KitFiles) => Promise<T>): Promise<T | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    this.imported = null;
    this.exported = null;
    this.wrong = [];
    const answer = await this.attempt(async () => {
      try {
        return await ask(await texts(this.folder.files ?? []));
      } catch (cause) {
        if (cause instanceof ApiError) this.wrong = cause.problems as KitProblem[];
        // A browser reads no file that was changed since it was chosen.
        this.folder.value = "";
        throw cause;
      }
    });
    this.busy = false;
    return answer;
  }

  async #import(dryRun: boolean): Promise<void> {
    const plan = { dry_run: dryRun, prune: this.prune.checked };
    const imported = await this.#with((files) => project.importKit(files, plan));
    if (imported === undefined) return;
    this.imported = imported;
    if (!dryRun) this.dispatchEvent(new CustomEvent("changed"));
  }

  async #export(): Promise<void> {
    this.exported = (await this.#with((files) => project.exportKit(files))) ?? null;
  }

  protected override render() {
    return html`<section class="card" aria-labelledby="kit">
      <h2 id="kit">Import and export</h2>
      <p class="muted small">
        A folder of the Agent Development Kit, with <code>config</code> and <code>topics</code> in it.
        An import is all or nothing; an export changes only the lines that say something else.
      </p>
      <div class="fields">
        <label class="field">
          <span>Folder</span>
          <input id="kit-folder" type="file" webkitdirectory multiple />
        </label>
        <label class="check">
          <input id="kit-prune" type="checkbox" /> Delete what its files do not hold
        </label>
        <div class="row">
          ${this.#button("Show what would change", () => this.#import(true))}
          ${this.#button("Import", () => this.#import(false))}
          ${this.#button("Export", () => this.#export())}
        </div>
      </div>
      ${this.alert()}
      ${
        this.wrong.length === 0
          ? nothing
          : html`<ul class="small bad" aria-label="To mend">
              ${this.wrong.map((one) => html`<li>${placed(one)}</li>`)}
            </ul>`
      }
      <div role="status">
        ${this.imported === null ? nothing : told(this.imported)}
        ${this.exported === null ? nothing : files(this.exported)}
      </div>
    </section>`;
  }

  #button(label: string, act: () => Promise<void>) {
    return html`<button type="button" ?disabled=${this.busy} @click=${act}>${label}</button>`;
  }
}

/** The texts of a chosen folder's files, by their paths in it. */
async function texts(chosen: Iterable<File>): Promise<KitFiles> {
  const below = ({ webkitRelativePath }: File) => webkitRelativePath.replace(/^[^/]*\//, "");
  const ours = [...chosen].filter((file) => OF_THE_KIT.test(below(file)));
  const bytes = ours.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MAX_BYTES) {
    throw new Error(
      `expected files of at most ${MAX_BYTES} bytes in all, found ${bytes}; use \`verbatim import\``,
    );
  }
  const read = ours.map(async (file) => [below(file), await file.text()] as const);
  return Object.fromEntries(await Promise.all(read));
}

function placed({ path, place, message }: KitProblem): string {
  return `${path}${place === null ? "" : `:${place.line}:${place.column}`}: ${message}`;
}

function told({ dry_run, changes, kept }: KitImported) {
  const did = dry_run ? "would change" : "changed";
  return html`<p class="small ${dry_run ? "" : "good"}">
      ${dry_run ? "" : "✓ "}${plural(changes.length, "thing")} ${did}
    </p>
    <ul class="small" aria-label="Changes">
      ${changes.map(({ change, kind, name }) => html`<li>${change} ${kind} <code>${name}</code></li>`)}
      ${kept.map(({ kind, name }) => html`<li>kept ${kind} <code>${name}</code>, which no file holds</li>`)}
    </ul>`;
}

function files({ files, warnings }: KitExported) {
  return html`<p class="small">
      ${files.length === 0 ? "The files say what the project holds." : `${plural(files.length, "file")} to write:`}
    </p>
    <ul class="small" aria-label="Files">
      ${files.map(
        ({ path, text, diff }) => html`<li>
          <button type="button" class="link" @click=${() => save(path, text)}>${path}</button>
          <details>
            <summary>The difference</summary>
            <pre>${diff}</pre>
          </details>
        </li>`,
      )}
      ${warnings.map((warning) => html`<li class="warn">${warning}</li>`)}
    </ul>`;
}

/** Downloads a file by the last part of its path. */
function save(path: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  link.download = path.slice(path.lastIndexOf("/") + 1);
  link.click();
  URL.revokeObjectURL(link.href);
}
