import { Parser } from 'htmlparser2';

/** What may stand in a rendered post, element by element; kept apart from the code on purpose. */
const GLOBAL: string[] = [];
const ALLOWED: Record<string, string[]> = {
  a: ['href', 'title', 'rel'],
  img: ['src', 'alt', 'title', 'width', 'height', 'loading'],
  code: ['class'],
  abbr: ['title'],
  ol: ['start'],
  th: ['align', 'colspan', 'rowspan'],
  td: ['align', 'colspan', 'rowspan'],
  ...Object.fromEntries(
    `h1 h2 h3 h4 h5 h6 p br hr blockquote pre ul li em strong s del ins sub sup kbd mark cite q small table thead tbody tr
    figure figcaption details summary dl dt dd`
      .split(/\s+/)
      .map((name) => [name, GLOBAL]),
  ),
};
const SCHEMES = new Set(['http:', 'https:', 'mailto:']);
const BASE = 'https://base.test/posts/';

export interface Element {
  name: string;
  attributes: Record<string, string>;
}

/** The elements of a piece of HTML, as a browser would find them. */
export function elementsOf(html: string): Element[] {
  const elements: Element[] = [];
  const parser = new Parser(
    { onopentag: (name, attributes) => elements.push({ name, attributes: { ...attributes } }) },
    { decodeEntities: true },
  );
  parser.end(html);
  return elements;
}

/** All that must not be in a rendered post: empty for a harmless one. */
export const faultsOf = (html: string): string[] => elementsOf(html).flatMap(faultsOfElement);

function faultsOfElement({ name, attributes }: Element): string[] {
  const allowed = ALLOWED[name];
  if (!allowed) return [`<${name}>`];
  return Object.entries(attributes).flatMap(([attribute, value]) => {
    if (!allowed.includes(attribute)) return [`<${name} ${attribute}>`];
    if (name === 'code' && !/^language-[\w+#-]+$/.test(value)) return [`class ${value}`];
    if (attribute !== 'href' && attribute !== 'src') return [];
    return isHarmless(value) ? [] : [`${attribute}=${value}`];
  });
}

/** As the URL parser of browsers sees it, which ignores blanks, line ends and case. */
function isHarmless(address: string): boolean {
  if (!URL.canParse(address, BASE)) return true;
  const url = new URL(address, BASE);
  const isElsewhere = url.host !== new URL(BASE).host;
  return SCHEMES.has(url.protocol) && (!isElsewhere || /^\s*(https?|mailto):/i.test(address));
}
