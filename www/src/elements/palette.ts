// The colours, once: the element adopts them in its shadow, the console in its document.
// Each can be set from outside by the variable of the same name, e.g. `--verbatim-accent`.
import { css } from "lit";

export const palette = css`
  :host,
  :root {
    --page: var(--verbatim-page, light-dark(#f6f6f4, #15171b));
    --surface: var(--verbatim-surface, light-dark(#ffffff, #1d2026));
    --sunken: var(--verbatim-sunken, light-dark(#f1f1ee, #16181d));
    --ink: var(--verbatim-ink, light-dark(#1c2027, #e6e8ec));
    --muted: var(--verbatim-muted, light-dark(#5a616d, #9ba3b0));
    --line: var(--verbatim-line, light-dark(#dcdde0, #343941));
    --field: var(--verbatim-field, light-dark(#8b919c, #6b7380));
    --accent: var(--verbatim-accent, light-dark(#2f4fbf, #9db2ff));
    --on-accent: var(--verbatim-on-accent, light-dark(#ffffff, #10131c));
    --good: var(--verbatim-good, light-dark(#17683b, #7fd6a3));
    --good-tint: var(--verbatim-good-tint, light-dark(#e4f3ea, #19352a));
    --warn: var(--verbatim-warn, light-dark(#7d5100, #eac06b));
    --warn-tint: var(--verbatim-warn-tint, light-dark(#fbf0d9, #392f18));
    --bad: var(--verbatim-bad, light-dark(#a6211a, #ff9f94));
    --bad-tint: var(--verbatim-bad-tint, light-dark(#fbe9e7, #401f1d));
    --variant: var(--verbatim-variant, light-dark(#e3e8fb, #2a3460));
    --entity: var(--verbatim-entity, light-dark(#daf0ee, #17403d));
    --variable: var(--verbatim-variable, light-dark(#f0e6fa, #402c56));
    --translation: var(--verbatim-translation, light-dark(#fae5ee, #532b3d));
    --sans: var(--verbatim-sans, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
    --mono: var(--verbatim-mono, ui-monospace, "SF Mono", Menlo, Consolas, monospace);
    --radius: 6px;
  }
`;
