import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';

export const MAX_EXCERPT_LENGTH = 500;

/** Long enough for a list, short enough for a line or two, in characters. */
const LENGTH = 200;
/** Markdown further in than this cannot reach the excerpt, in UTF-16 units. */
const LOOKED_AT = 4_000;

const markdown = new MarkdownIt({ html: true });

/** Text alone; what is in code blocks, scripts and styles is none. */
const WORDS: sanitizeHtml.IOptions = { allowedTags: [], nonTextTags: ['pre', 'script', 'style', 'textarea', 'option'] };

/** Where one of these begins or ends, so does a word. */
const BLOCK_TAG = /<(?=\/?(?:p|br|div|h[1-6]|li|t[hdr]|blockquote|section|article|figcaption)\b)/gi;

/** The beginning of a text as plain words: the Markdown and HTML around them are left out. */
export function excerptFrom(content: string): string {
  // The cut may go through the middle of a character.
  const beginning = content.slice(0, LOOKED_AT).replace(/[\ud800-\udbff]$/, '');
  const rendered = markdown.render(beginning).replaceAll(BLOCK_TAG, ' <');
  const plain = unescape(sanitizeHtml(rendered, WORDS)).replaceAll(/\s+/g, ' ').trim();
  const characters = [...plain];
  if (characters.length <= LENGTH) return plain;
  const cut = characters.slice(0, LENGTH).join('');
  return `${cut.replace(/\s+\S*$/, '')}…`;
}

const CHARACTERS: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/** Takes back what the sanitiser escapes. */
const unescape = (html: string): string =>
  html.replaceAll(/&(?:amp|lt|gt|quot);/g, (entity) => CHARACTERS[entity] ?? '');
