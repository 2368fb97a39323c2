import { html, type Html } from '../../common/html/html.js';
import type { PostRow } from '../post-row.js';
import { renderMarkdown } from '../rendering/markdown.js';

interface Feed {
  /** Where the feed itself is. */
  url: string;
  /** What it is the feed of. */
  homepage: string;
  posts: PostRow[];
  linkTo: (post: PostRow) => string;
}

/** An Atom feed (RFC 4287). XML escapes what HTML does. */
export function atomFeed({ url, homepage, posts, linkTo }: Feed): string {
  const feed = html`<?xml version="1.0" encoding="utf-8"?>
    <feed xmlns="http://www.w3.org/2005/Atom">
      <title>Broadsheet</title>
      <id>${url}</id>
      <updated>${lastChange(posts).toISOString()}</updated>
      <link rel="self" type="application/atom+xml" href="${url}" />
      <link rel="alternate" type="text/html" href="${homepage}" />
      ${posts.map((post) => entry(post, linkTo(post)))}</feed
    > `;
  return withoutControls(feed.text);
}

/** When one of the posts changed last; the beginning of time where there are none. */
export const lastChange = (posts: PostRow[]): Date =>
  new Date(Math.max(0, ...posts.map((post) => post.updatedAt.getTime())));

const entry = (post: PostRow, link: string): Html => html`
  <entry>
    <title>${post.title}</title>
    <id>urn:uuid:${post.id}</id>
    <link rel="alternate" type="text/html" href="${link}" />
    <published>${(post.publishedAt ?? post.createdAt).toISOString()}</published>
    <updated>${post.updatedAt.toISOString()}</updated>
    <author><name>${post.authorFullName ?? post.authorUsername}</name></author>
    ${post.tags.map((tag) => html` <category term="${tag}" /> `)}
    <summary>${post.excerpt}</summary>
    <content type="html">${renderMarkdown(post.content)}</content>
  </entry>
`;

/** Characters that XML 1.0 cannot hold, not even escaped. */
const withoutControls = (xml: string): string =>
  xml.replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '');
