// <verbatim-opt-out-import>: records the opt-outs of a CSV file, all or none. Says `changed` once
// they are recorded.
import { html } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { api, type Imported } from "../api.ts";
import { plural } from "../editing/words.ts";
import { Page } from "./page.ts";

/** The longest request that the host takes, in bytes. */
const MAX_BYTES = 1024 * 1024;

@customElement("verbatim-opt-out-import")
export class VerbatimOptOutImport extends Page {
  @state() private imported: Imported | null = null;
  @state() private importing = false;
  @query("input") private input!: HTMLInputElement;

  async #import(event: Event): Promise<void> {
    event.preventDefault();
    const file = this.input.files?.[0];
    if (file === undefined || this.importing) return;
    this.imported = null;
    this.importing = true;
    const imported = await this.attempt(async () => {
      if (file.size > MAX_BYTES) throw new Error(tooLong(file));
      return api.importOptOuts(await file.text());
    });
    this.importing = false;
    if (imported === undefined) return;
    this.imported = imported;
    this.input.value = "";
    this.dispatchEvent(new CustomEvent("changed"));
  }

  protected override render() {
    return html`<section class="card" aria-labelledby="import-opt-outs">
      <h2 id="import-opt-outs">Import opt-outs</h2>
      <p class="muted small">
        A CSV file with the columns <code>recipient</code> and <code>sender</code>, and, if you
        have them, <code>reason</code> and <code>since</code>. A file with a bad row changes
        nothing; to import a file again changes nothing either.
      </p>
      <form class="fields" @submit=${this.#import}>
        <label class="field">
          <span>CSV file</span>
          <input type="file" accept=".csv,text/csv" required />
        </label>
        <button type="submit" ?disabled=${this.importing}>
          ${this.importing ? "Importing…" : "Import"}
        </button>
      </form>
      ${this.alert()}
      <p class="small good" role="status">${this.imported === null ? "" : said(this.imported)}</p>
    </section>`;
  }
}

function said({ added, unchanged }: Imported): string {
  const known = unchanged === 0 ? "" : `, ${unchanged} known already`;
  return `✓ ${plural(added, "opt-out")} added${known}`;
}

function tooLong({ name, size }: File): string {
  return (
    `expected a file of at most ${MAX_BYTES} bytes, found ${size} in \`${name}\`; ` +
    "import it with `verbatim opt-outs import`"
  );
}
