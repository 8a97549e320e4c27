// The look of the marks in Monaco: adopted, because a strict page forbids style elements.

const SHEET = `
.vb-token { border-radius: 4px; }
.vb-variant { background: var(--verbatim-variant, light-dark(#e3e8fb, #2a3460)); }
.vb-entity { background: var(--verbatim-entity, light-dark(#daf0ee, #17403d)); }
.vb-variable { background: var(--verbatim-variable, light-dark(#f0e6fa, #402c56)); }
.vb-translation { background: var(--verbatim-translation, light-dark(#fae5ee, #532b3d)); }
.vb-missing { outline: 1px dashed var(--verbatim-warn, light-dark(#7d5100, #eac06b)); outline-offset: -1px; }
.vb-forces { background: var(--verbatim-warn-tint, light-dark(#fbf0d9, #392f18)); box-shadow: inset 0 -2px var(--verbatim-warn, light-dark(#7d5100, #eac06b)); }
.vb-begins { margin-inline: 2px 3px; padding-inline: 2px 3px; border-inline-start: 2px solid; color: var(--verbatim-accent, light-dark(#2f4fbf, #9db2ff)); font-size: 0.75em; font-weight: 600; }
`;

let adopted = false;

export function adoptStyles(): void {
  if (adopted) return;
  adopted = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(SHEET);
  document.adoptedStyleSheets.push(sheet);
}
