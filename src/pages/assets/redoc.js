/** Shows the OpenAPI document with ReDoc, in the colours of the other pages. */
const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const ink = dark ? '#ecebe6' : '#1c1c1a';
const faint = dark ? '#a9a8a1' : '#5c5c57';
const line = dark ? '#3b3b37' : '#dcdad3';
const paper = dark ? '#171716' : '#faf9f6';
const sheet = dark ? '#21211f' : '#ffffff';
const accent = dark ? '#f0958c' : '#8c1c13';
const good = dark ? '#7fd09b' : '#22663a';
const text = "Georgia, 'Times New Roman', serif";
const code = "ui-monospace, 'DejaVu Sans Mono', monospace";

const theme = {
  colors: {
    primary: { main: accent },
    success: { main: good },
    error: { main: dark ? accent : '#d41f1c' },
    text: { primary: ink, secondary: faint },
    border: { dark: line, light: line },
    gray: { 50: paper, 100: line },
  },
  schema: {
    linesColor: line,
    typeNameColor: faint,
    typeTitleColor: faint,
    nestedBackground: paper,
    requireLabelColor: accent,
  },
  typography: {
    fontSize: '16px',
    fontFamily: text,
    headings: { fontFamily: text, fontWeight: '700' },
    code: { fontFamily: code, color: accent, backgroundColor: paper },
    links: { color: accent },
  },
  sidebar: { backgroundColor: paper, textColor: ink, activeTextColor: accent },
  fab: { backgroundColor: sheet, color: ink },
};

const options = { theme, hideHostname: true, nativeScrollbars: true, sortRequiredPropsFirst: true };
globalThis.Redoc.init('/api/v1/openapi.json', options, document.querySelector('#reference'));
