export const MAX_EXCERPT_LENGTH = 500;

/** Long enough for a list, short enough for a line or two, in characters. */
const LENGTH = 200;
/** Markdown further in than this cannot reach the excerpt. */
const LOOKED_AT = 4_000;

/** The beginning of a text as plain words: the Markdown around them is left out. */
export function excerptFrom(content: string): string {
  const plain = content
    .slice(0, LOOKED_AT)
    // The cut may go through the middle of a character.
    .replace(/[\ud800-\udbff]$/, '')
    .replaceAll(/^(```|~~~)[^\n]*\n[\s\S]*?(^\1|$(?![\s\S]))/gm, ' ')
    .replaceAll(/<\/?[a-z][^>\n]{0,200}>/gi, ' ')
    .replaceAll(/!\[([^\]\n]{0,200})\]\([^)\n]{0,500}\)/g, ' ')
    .replaceAll(/\[([^\]\n]{1,200})\]\([^)\n]{0,500}\)/g, '$1')
    .replaceAll(/^\s{0,3}(#{1,6}|>|[-*+]|\d{1,9}[.)])\s+/gm, '')
    .replaceAll(/[*`~|]+/g, '')
    // Inside a word an underscore is no emphasis (CommonMark §6.2).
    .replaceAll(/(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const characters = [...plain];
  if (characters.length <= LENGTH) return plain;
  const cut = characters.slice(0, LENGTH).join('');
  return `${cut.replace(/\s+\S*$/, '')}…`;
}
