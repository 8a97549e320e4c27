// How the marks look. Every colour is a variable that a page may set, e.g. `--verbatim-entity`.
import { EditorView } from "@codemirror/view";

const light = {
  accent: "#2f4fbf",
  warn: "#7d5100",
  "warn-tint": "#fbf0d9",
  muted: "#5a616d",
  variant: "#e3e8fb",
  entity: "#daf0ee",
  variable: "#f0e6fa",
  translation: "#fae5ee",
} as const;

const dark: Record<keyof typeof light, string> = {
  accent: "#9db2ff",
  warn: "#eac06b",
  "warn-tint": "#392f18",
  muted: "#9ba3b0",
  variant: "#2a3460",
  entity: "#17403d",
  variable: "#402c56",
  translation: "#532b3d",
};

/** A background colour would be typed on as an inline style (see below); an image is not. */
const filled = (colour: string) => ({ backgroundImage: `linear-gradient(${colour}, ${colour})` });

const styles = (colours: Record<keyof typeof light, string>) => {
  const colour = (name: keyof typeof light) => `var(--verbatim-${name}, ${colours[name]})`;
  const kinds = ["variant", "entity", "variable", "translation"] as const;
  return {
    ...Object.fromEntries(kinds.map((kind) => [`& .vb-${kind}`, filled(colour(kind))])),
    "& .vb-missing": {
      outline: `1px dashed ${colour("warn")}`,
      outlineOffset: "-1px",
    },
    "& .vb-forces": {
      ...filled(colour("warn-tint")),
      boxShadow: `inset 0 -2px ${colour("warn")}`,
    },
    "& .vb-value-forces": { boxShadow: `inset 0 -2px ${colour("warn")}` },
    "& .vb-begins::before": { borderColor: colour("accent"), color: colour("accent") },
    "& .vb-gutter": { color: colour("muted") },
  };
};

const shapes = EditorView.baseTheme({
  "& .vb-token": {
    padding: "1px 3px",
    margin: "0 -1px",
    borderRadius: "4px",
    boxDecorationBreak: "clone",
    WebkitBoxDecorationBreak: "clone",
  },
  "& .vb-forces": { borderRadius: "2px" },
  "& .vb-begins::before": {
    // Drawn, and not read aloud: a screen reader is told the count.
    content: 'attr(data-segment) / ""',
    margin: "0 3px 0 2px",
    padding: "0 3px 0 2px",
    borderLeft: "2px solid",
    font: "600 0.72em system-ui, sans-serif",
    verticalAlign: "0.25em",
  },
  "& .vb-gutter": { minWidth: "1.6em", textAlign: "right", font: "12px system-ui, sans-serif" },
  "& .vb-hover": { padding: "6px 10px", maxWidth: "340px", overflowWrap: "anywhere" },
  "& .vb-hover p": { margin: "0" },
  // Each line goes the way of its own first letter.
  "& .cm-line": { unicodeBidi: "plaintext" },
});

/**
 * Lint draws its squiggles with images, which a strict page does not load. An underline it must not
 * be either: who types over underlined text gets an inline style from Chromium, equally forbidden.
 */
const squiggle = (colour: string) => ({
  backgroundImage: [
    `linear-gradient(45deg, transparent 65%, ${colour} 80%, transparent 90%)`,
    `linear-gradient(135deg, transparent 5%, ${colour} 15%, transparent 25%)`,
    `linear-gradient(135deg, transparent 45%, ${colour} 55%, transparent 65%)`,
    `linear-gradient(45deg, transparent 25%, ${colour} 35%, transparent 50%)`,
  ].join(", "),
  backgroundSize: "8px 3px",
  backgroundRepeat: "repeat-x",
  backgroundPosition: "left bottom",
  paddingBottom: "2px",
});

const squiggles = EditorView.theme({
  "& .cm-lintRange-error": squiggle("var(--verbatim-bad, #d11)"),
  "& .cm-lintRange-warning": squiggle("var(--verbatim-warn, orange)"),
  "& .cm-lintRange-info": squiggle("var(--verbatim-muted, #999)"),
  "& .cm-lintRange-active": { backgroundColor: "transparent" },
});

export const theme = [
  squiggles,
  shapes,
  EditorView.baseTheme(prefixed("&light", styles(light))),
  EditorView.baseTheme(prefixed("&dark", styles(dark))),
];

function prefixed<T>(prefix: string, rules: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(rules).map(([selector, rule]) => [selector.replace("&", prefix), rule]),
  );
}
