// How CodeMirror looks inside the element: as any other field of it. The extension's own colours
// are told to be the element's.
import { css } from "lit";

export const surfaceStyles = css`
  #body .cm-editor {
    --verbatim-accent: var(--accent);
    --verbatim-bad: var(--bad);
    --verbatim-warn: var(--warn);
    --verbatim-warn-tint: var(--warn-tint);
    --verbatim-muted: var(--muted);
    --verbatim-variant: var(--variant);
    --verbatim-entity: var(--entity);
    --verbatim-variable: var(--variable);
    --verbatim-translation: var(--translation);
    /* Blocks: CodeMirror's own are flexible, for panels and gutters, which are not here. */
    display: block !important;
    border: 1px solid var(--field);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
  }
  #body .cm-editor.cm-focused {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }
  #body .cm-scroller {
    display: block !important;
    max-height: 60vh;
    font: 14.5px / 1.65 var(--mono);
  }
  #body .cm-content {
    min-height: 166px;
    padding: 8px 0;
    caret-color: var(--ink);
  }
  #body .cm-content[aria-readonly="true"] {
    background: var(--sunken);
  }
  #body .cm-line {
    padding: 0 12px;
    contain: inline-size;
  }
  #body .cm-content ::selection {
    background: color-mix(in srgb, var(--accent) 26%, transparent);
  }
  #body .cm-placeholder {
    color: var(--muted);
  }
  #body .cm-specialChar {
    color: var(--bad);
  }
  #body .cm-tooltip {
    z-index: 10;
    max-width: min(420px, 92vw);
    border: 1px solid var(--field);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    font: 14px / 1.45 var(--sans);
    box-shadow: 0 4px 14px rgb(0 0 0 / 14%);
  }
  #body .cm-tooltip-autocomplete > ul {
    max-height: 13em;
    font: 14px / 1.5 var(--mono);
  }
  #body .cm-tooltip-autocomplete > ul > li {
    padding: 3px 10px;
    color: var(--ink);
  }
  #body .cm-tooltip-autocomplete > ul > li[aria-selected] {
    background: var(--accent);
    color: var(--on-accent);
  }
  #body .cm-completionDetail {
    margin-left: 1em;
    color: inherit;
    font: 12px var(--sans);
    font-style: normal;
    opacity: 0.85;
  }
  #body .cm-diagnostic {
    padding: 6px 10px;
    border-left: 4px solid var(--muted);
    color: var(--ink);
  }
  #body .cm-diagnostic-error {
    border-color: var(--bad);
  }
  #body .cm-diagnostic-warning {
    border-color: var(--warn);
  }
  #body .cm-diagnosticSource {
    color: var(--muted);
    opacity: 1;
  }
  #body .cm-diagnosticAction {
    margin: 4px 8px 0 0;
    padding: 2px 9px;
    border: 1px solid var(--field);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--accent);
    font: 13px var(--sans);
    cursor: pointer;
  }
  #body .cm-panels {
    background: var(--sunken);
    color: var(--ink);
  }
`;
