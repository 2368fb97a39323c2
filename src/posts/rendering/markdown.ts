import { LRUCache } from 'lru-cache';
import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';
import { html } from '../../common/html/html.js';

/** CommonMark with tables and strikethrough; HTML among it is let through to the sanitiser, which decides. */
const markdown = new MarkdownIt({ html: true, linkify: true });

const TAGS = `h1 h2 h3 h4 h5 h6 p br hr blockquote pre code ul ol li a img em strong s del ins sub sup kbd mark abbr cite q
  small table thead tbody tr th td figure figcaption details summary dl dt dd`;

/** What may stand in a post. Anything that is not named is taken out: scripts, styles, handlers, frames, forms. */
const ALLOWED: sanitizeHtml.IOptions = {
  allowedTags: TAGS.split(/\s+/),
  allowedAttributes: {
    a: ['href', 'title', 'rel'],
    img: ['src', 'alt', 'title', 'width', 'height', 'loading'],
    abbr: ['title'],
    ol: ['start'],
    th: ['align', 'colspan', 'rowspan'],
    td: ['align', 'colspan', 'rowspan'],
  },
  allowedClasses: { code: [/^language-[\w+#-]{1,40}$/] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['http', 'https'] },
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nestingLimit: 100,
  transformTags: {
    // Who follows a link of a stranger does not vouch for it, nor tells where it was found.
    a: (tagName, attribs) => ({ tagName, attribs: { ...attribs, rel: 'nofollow noopener noreferrer' } }),
    img: (tagName, attribs) => ({ tagName, attribs: { ...attribs, loading: 'lazy' } }),
  },
};

/** Elements that may stand in each other; more would take the sanitiser seconds, and mean nothing to a reader. */
const MAX_DEPTH = 100;
const TAG = /<(\/?)[a-z]/gi;
/** These have no end, or end where the next one begins. */
const FLAT_TAG = /<\/?(?:img|br|hr|wbr|input|meta|link|col|source|p|li|dt|dd|tr|t[hd]|thead|tbody)\b/gi;

/** Characters of the texts and their HTML that are kept, so that a post which is slow to render is so once. */
const KEPT = 8_000_000;
const rendered = new LRUCache<string, string>({
  maxSize: KEPT,
  sizeCalculation: (output, text) => output.length + text.length + 1,
});

/**
 * Markdown as HTML without anything in it that runs, or that loads other than images. A text that is nested deeper than
 * anybody reads is shown as it was written.
 */
export function renderMarkdown(text: string): string {
  const known = rendered.get(text);
  if (known !== undefined) return known;
  const output = markdown.render(text);
  const made = isTooDeep(output) ? html`<pre>${text}</pre>`.text : sanitizeHtml(output, ALLOWED);
  rendered.set(text, made);
  return made;
}

/** One that is never closed counts for the rest of the text, as it does for the sanitiser. */
function isTooDeep(output: string): boolean {
  let depth = 0;
  for (const [, slash] of output.replaceAll(FLAT_TAG, '').matchAll(TAG)) {
    depth = slash ? Math.max(0, depth - 1) : depth + 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}
