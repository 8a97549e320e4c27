// How <verbatim-editor> looks: two columns where there is room for them, one where there is not.
// A key lays out the body, then the preview: no box around them asks how wide they would like to be,
// which is one more layout of all their text each time.
import { css } from "lit";
import { surfaceStyles } from "./surface-styles.ts";

const ownStyles = css`
  :host {
    display: block;
    color: var(--ink);
    font: 15px / 1.5 var(--sans);
  }
  * {
    box-sizing: border-box;
  }
  .heading {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.6em;
    margin: 0 0 6px;
    color: var(--muted);
    font-size: 13px;
    font-weight: 600;
  }
  .sides {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    gap: 20px;
  }
  .sides > section {
    flex: 1 1 300px;
    min-width: min(300px, 100%);
  }
  input[type="text"] {
    width: 100%;
    padding: 6px 9px;
    border: 1px solid var(--field);
    border-radius: var(--radius);
    background: var(--surface);
    color: inherit;
    font: inherit;
  }
  input[readonly] {
    background: var(--sunken);
  }
  [tabindex="-1"]:focus {
    outline: none;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }
  .text {
    min-height: 168px;
    max-height: 420px;
    margin: 0;
    padding: 10px 12px;
    overflow: auto;
    contain: inline-size layout paint style;
    border-radius: var(--radius);
    background: var(--sunken);
    overflow-wrap: anywhere;
    white-space: pre-wrap;
    unicode-bidi: isolate;
  }
  .chip {
    padding: 1px 4px;
    border-radius: 4px;
    box-decoration-break: clone;
    -webkit-box-decoration-break: clone;
    unicode-bidi: isolate;
  }
  .text .chip {
    margin: 0 -1px;
  }
  .chip.variant {
    background: var(--variant);
  }
  .chip.entity {
    background: var(--entity);
  }
  .chip.variable {
    background: var(--variable);
  }
  .chip.translation {
    background: var(--translation);
  }
  .chip.missing {
    background: var(--warn-tint);
    outline: 1px dashed var(--warn);
    outline-offset: -1px;
  }
  .begins::before {
    content: attr(data-segment);
    margin: 0 3px 0 1px;
    padding: 0 3px 0 2px;
    border-left: 2px solid var(--accent);
    color: var(--accent);
    font: 600 0.72em var(--sans);
    vertical-align: 0.25em;
  }
  .counts {
    margin-top: 8px;
    font-variant-numeric: tabular-nums;
  }
  .counts p,
  .worst {
    margin: 0;
  }
  .counts b {
    font-size: 1.15em;
  }
  .worst {
    margin-top: 6px;
    color: var(--muted);
    font-size: 14px;
    overflow-wrap: anywhere;
  }
  .outdated {
    opacity: 0.55;
  }
  .worst b {
    color: var(--ink);
  }
  .dear,
  .worst.dear b {
    color: var(--warn);
  }
  .meter {
    display: flex;
    gap: 4px;
    margin-top: 6px;
  }
  meter {
    appearance: none;
    flex: 1;
    min-width: 0;
    height: 6px;
    overflow: hidden;
    border: 0;
    border-radius: 3px;
    background: var(--line);
  }
  meter::-webkit-meter-bar {
    height: 6px;
    border: 0;
    border-radius: 3px;
    background: var(--line);
  }
  meter::-webkit-meter-optimum-value {
    border-radius: 3px;
    background: var(--accent);
  }
  meter.dear::-webkit-meter-optimum-value {
    background: var(--warn);
  }
  meter::-moz-meter-bar {
    background: var(--accent);
  }
  meter.dear::-moz-meter-bar {
    background: var(--warn);
  }
  .note {
    margin: 10px 0 0;
    color: var(--muted);
    font-size: 13px;
  }
  .refusal {
    margin: 10px 0 0;
    padding: 8px 10px;
    border-radius: var(--radius);
    background: var(--bad-tint);
    color: var(--bad);
  }
  .findings,
  .forcing ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .findings li {
    margin-top: 8px;
    padding: 8px 10px;
    border-radius: var(--radius);
    background: var(--sunken);
    overflow-wrap: anywhere;
  }
  .findings .error {
    background: var(--bad-tint);
  }
  .findings .warning {
    background: var(--warn-tint);
  }
  .findings .error b {
    color: var(--bad);
  }
  .findings .warning b {
    color: var(--warn);
  }
  .message {
    display: block;
    white-space: pre-wrap;
  }
  .message code,
  button code {
    font: 0.92em var(--mono);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin-top: 4px;
  }
  .code {
    color: var(--muted);
    font: 12px var(--mono);
  }
  .forcing {
    margin-top: 14px;
    padding-top: 12px;
    border-top: 1px solid var(--line);
  }
  .forcing .heading button {
    white-space: nowrap;
  }
  .forcing li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 10px;
    padding: 3px 0;
    font-size: 14px;
  }
  .char {
    min-width: 1.8em;
    padding: 1px 6px;
    border-radius: 4px;
    background: var(--warn-tint);
    font: 15px var(--mono);
    text-align: center;
    unicode-bidi: isolate;
    white-space: pre;
  }
  button {
    padding: 2px 9px;
    border: 1px solid var(--field);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--accent);
    font: inherit;
    font-size: 13px;
    cursor: pointer;
    overflow-wrap: anywhere;
  }
  button:hover {
    border-color: var(--accent);
  }
  button.place {
    padding: 2px 0;
    border: 0;
    background: none;
    color: inherit;
    text-decoration: underline dotted;
    text-underline-offset: 3px;
  }
  .values,
  .matrix {
    margin-top: 20px;
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    border-collapse: collapse;
    font-size: 14px;
  }
  th,
  td {
    padding: 4px 14px 4px 0;
    border-bottom: 1px solid var(--line);
    font-weight: 400;
    text-align: start;
    white-space: nowrap;
  }
  thead th {
    color: var(--muted);
    font-size: 13px;
  }
  td button {
    border-color: var(--line);
    color: var(--ink);
    font-variant-numeric: tabular-nums;
  }
  td button.dear {
    color: var(--warn);
  }
  .unknown {
    color: var(--muted);
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 210px), 1fr));
    gap: 14px;
  }
  .name {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    gap: 8px;
    margin-bottom: 4px;
    font: 13.5px var(--mono);
    overflow-wrap: anywhere;
  }
  .kind {
    color: var(--muted);
    font: 12px var(--sans);
    white-space: nowrap;
  }
  .lacks {
    color: var(--warn);
  }
  .blank {
    display: flex;
    align-items: center;
    gap: 8px;
    margin: 5px 0 0;
    color: var(--muted);
    font: 13px var(--sans);
  }
  .blank input {
    margin: 0;
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

export const editorStyles = [ownStyles, surfaceStyles];
