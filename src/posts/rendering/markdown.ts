import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';

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

/** Markdown as HTML without anything in it that runs, or that loads other than images. */
export const renderMarkdown = (text: string): string => sanitizeHtml(markdown.render(text), ALLOWED);
