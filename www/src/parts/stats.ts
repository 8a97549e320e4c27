// <verbatim-stats>: what became of the messages of some hours, in numbers: the delivery rate, the
// states over time, and predicted beside billed segments, as charts and as tables.
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, queryAll, state } from "lit/decorators.js";
import { api, type Count, MESSAGE_STATES, type MessageFilter, type Stats } from "../api.ts";
import { plural } from "../editing/words.ts";
import { address } from "../route.ts";
import type { Chart } from "./charts.ts";
import { Page } from "./page.ts";
import { Poll } from "./poll.ts";
import { GROUPS, rateOf, type Series, seriesOf } from "./series.ts";

const POLL_MS = 10_000;
/** Charts load with them. */
const HOURS = { 1: "1 hour", 6: "6 hours", 24: "24 hours", 168: "7 days", 720: "30 days" } as const;
/** From here on a place on the axis is a day. */
const DAYS_FROM_HOURS = 168;

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

@customElement("verbatim-stats")
export class VerbatimStats extends Page {
  @property({ attribute: false }) filter: MessageFilter = {};

  @state() private hours = 24;
  @state() private stats: Stats | null = null;
  /** The place in the charts that the pointer is at. */
  @state() private pointed: number | null = null;

  @queryAll("[data-chart]") private places!: NodeListOf<HTMLElement>;

  #charts: Chart[] = [];
  #drawn = "";
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #poll = new Poll(this, POLL_MS, () => this.#ask());
  readonly #resized = new ResizeObserver(() => {
    for (const chart of this.#charts) chart.resize(this.places[0]?.clientWidth ?? 0);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#dark.addEventListener("change", this.#redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#dark.removeEventListener("change", this.#redraw);
    this.#close();
  }

  readonly #redraw = () => {
    this.#close();
    void this.#draw();
  };

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.hasUpdated && changed.has("filter")) void this.#poll.now();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("stats")) void this.#draw();
  }

  async #ask(): Promise<void> {
    const { hours, filter } = this;
    const stats = await this.attempt(() => api.stats(hours, filter));
    if (stats === undefined || hours !== this.hours || filter !== this.filter) return;
    this.stats = stats;
  }

  async #draw(): Promise<void> {
    const { stats } = this;
    if (stats === null || stats.total.messages === 0) return this.#close();
    const { rateChart, stateChart, segmentChart } = await import("./charts.ts");
    const { places, hours } = this;
    if (!this.isConnected || places.length === 0) return;
    if (this.#drawn !== `${hours}`) {
      this.#close();
      const withinDays = hours < DAYS_FROM_HOURS;
      const pointed = (index: number | null) => {
        this.pointed = index;
      };
      this.#charts = [rateChart, stateChart, segmentChart].flatMap((chart, index) => {
        const node = places[index];
        return node === undefined ? [] : [chart({ node, withinDays, pointed })];
      });
      this.#drawn = `${hours}`;
      for (const node of places) this.#resized.observe(node);
    }
    const series = seriesOf(stats);
    for (const chart of this.#charts) chart.show(series);
  }

  #close(): void {
    this.#resized.disconnect();
    for (const chart of this.#charts) chart.close();
    this.#charts = [];
    this.#drawn = "";
  }

  protected override render() {
    return html`<section class="card numbers" aria-labelledby="numbers">
      <div class="row">
        <h2 id="numbers" class="grow">In numbers</h2>
        <select
          class="narrow"
          aria-label="Period"
          @change=${(event: Event) => {
            this.hours = Number((event.target as HTMLSelectElement).value);
            void this.#poll.now();
          }}
        >
          ${Object.entries(HOURS).map(
            ([hours, name]) =>
              html`<option value=${hours} ?selected=${Number(hours) === this.hours}>${name}</option>`,
          )}
        </select>
      </div>
      ${this.alert()} ${this.#content()}
    </section>`;
  }

  #content() {
    const { stats } = this;
    if (stats === null) {
      return this.problem === "" ? html`<p class="muted">Counting the messages…</p>` : nothing;
    }
    const { total } = stats;
    if (total.messages === 0) {
      return html`<p class="muted">No message was sent in this time.</p>`;
    }
    const series = seriesOf(stats);
    return html`<dl class="figures">
        ${figure("Messages", total.messages.toLocaleString("en"))}
        ${figure("Delivered", percent(rateOf(total)))}
        ${figure("Segments predicted", total.predicted_segments.toLocaleString("en"))}
        ${figure(
          "Billed so far",
          total.billed_segments.toLocaleString("en"),
          total.billed_segments === total.predicted_of_billed
            ? "as predicted"
            : `${total.predicted_of_billed.toLocaleString("en")} predicted of these`,
        )}
      </dl>
      ${
        stats.complete
          ? nothing
          : html`<p class="small warn">Of the newest 10,000 messages: there are more in this time.</p>`
      }
      <div class="charts" @pointerleave=${() => {
        this.pointed = null;
      }}>
        <figure>
          <figcaption>
            Delivery rate
            <p class="muted">of what Twilio took and what has ended</p>
          </figcaption>
          <div data-chart="rate" aria-hidden="true"></div>
        </figure>
        <figure>
          <figcaption>
            Messages by state
            <ul class="key">
              ${GROUPS.map(
                ({ name, colour }) =>
                  html`<li><i class="swatch ${colour.slice(2)}"></i>${name}</li>`,
              )}
            </ul>
          </figcaption>
          <div data-chart="states" aria-hidden="true"></div>
        </figure>
        <figure>
          <figcaption>
            Segments of what Twilio has counted
            <ul class="key">
              <li><i class="swatch field"></i>predicted</li>
              <li><i class="swatch accent"></i>billed</li>
            </ul>
          </figcaption>
          <div data-chart="segments" aria-hidden="true"></div>
        </figure>
      </div>
      <p class="small muted pointed" aria-hidden="true">${this.#pointed(series)}</p>
      <details>
        <summary>By template, sender and code</summary>
        ${table(
          "Template",
          stats.by_template.map(({ template, ...count }) => [
            template === null
              ? "free-form text"
              : html`<a
                  href=${address({ page: "deliveries", filter: { ...this.filter, template } })}
                  >${template}</a
                >`,
            count,
          ]),
        )}
        ${table(
          "Sender",
          stats.by_sender.map(({ sender, ...count }) => [
            html`<a href=${address({ page: "deliveries", filter: { ...this.filter, sender } })}
              >${sender}</a
            >`,
            count,
          ]),
        )}
        ${this.#errors(stats)}
      </details>
      <details>
        <summary>The charts as a table</summary>
        ${table(
          "From",
          stats.over_time.map(({ at, ...count }) => [TIME.format(new Date(at)), count]),
        )}
      </details>`;
  }

  #pointed(series: Series) {
    const { pointed } = this;
    const at = pointed === null ? undefined : series.at[pointed];
    if (pointed === null || at === undefined) return "Point at a bar to read it.";
    const told = GROUPS.flatMap(({ name }, index) => {
      const count = series.groups[index]?.[pointed] ?? 0;
      return count === 0 ? [] : [`${count} ${name}`];
    });
    const [rate, billed] = [series.rate[pointed] ?? null, series.billed[pointed] ?? 0];
    if (rate !== null) told.push(`${percent(rate)} delivered`);
    if (billed > 0) {
      told.push(`${plural(series.predicted[pointed] ?? 0, "segment")} predicted, ${billed} billed`);
    }
    return `From ${TIME.format(at * 1000)}: ${told.length === 0 ? "nothing" : told.join(", ")}`;
  }

  #errors({ by_error }: Stats) {
    if (by_error.length === 0) return nothing;
    return html`<ul class="rows" aria-label="Twilio’s codes">
      ${by_error.map(
        ({ code, message, help, messages }) => html`<li>
          <div class="grow">
            <p><strong>Twilio ${code}</strong>${message === null ? nothing : `: ${message}`}</p>
            ${help === null ? nothing : html`<p class="muted small">${help}</p>`}
          </div>
          <span>${plural(messages, "message")}</span>
        </li>`,
      )}
    </ul>`;
  }
}

function figure(name: string, value: string, note = "") {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value} ${note === "" ? nothing : html`<span class="small muted">${note}</span>`}</dd>
  </div>`;
}

function percent(rate: number | null): string {
  return rate === null ? "–" : `${rate.toLocaleString("en", { maximumFractionDigits: 1 })} %`;
}

/** What each is, how its messages stand, and what they take. */
function table(what: string, rows: [unknown, Count][]) {
  const states = MESSAGE_STATES.filter((one) => rows.some(([, { states }]) => states[one]));
  return html`<div class="scroll" role="group" aria-label=${`By ${what.toLowerCase()}`} tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">${what}</th>
          <th scope="col">messages</th>
          <th scope="col">rate</th>
          ${states.map((one) => html`<th scope="col">${one}</th>`)}
          <th scope="col">predicted</th>
          <th scope="col">billed</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, count]) => html`<tr>
            <th scope="row">${name}</th>
            <td>${count.messages}</td>
            <td>${percent(rateOf(count))}</td>
            ${states.map((one) => html`<td>${count.states[one] ?? 0}</td>`)}
            <td>${count.predicted_segments}</td>
            <td>${count.billed_segments}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-stats": VerbatimStats;
  }
}
