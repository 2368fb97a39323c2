/** Text that is HTML already; everything else is escaped when it is put into some. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | number | Html | undefined | Part[];

/** A template of HTML whose values are escaped: html`<p>${userText}</p>`. Lists are joined, `undefined` is nothing. */
export const html = (strings: TemplateStringsArray, ...values: Part[]): Html =>
  new Html(strings.reduce((text, string, index) => text + toHtml(values[index - 1]) + string));

function toHtml(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(toHtml).join('');
  return escapeHtml(String(part));
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
