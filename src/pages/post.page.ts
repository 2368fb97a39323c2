import { Html, html } from '../common/html/html.js';
import type { PostRow } from '../posts/post-row.js';
import { renderMarkdown } from '../posts/rendering/markdown.js';
import { page } from './page.js';

/** A post, for readers whose publisher has no site of another kind. */
export const postPage = ({ title, content, publishedAt, authorFullName, authorUsername, tags }: PostRow): string =>
  page({
    title,
    body: html`<p class="byline">${[authorFullName ?? authorUsername, dayOf(publishedAt), ...tags].join(' · ')}</p>
      <article>${new Html(renderMarkdown(content))}</article>`,
  });

const dayOf = (time: Date | null): string => (time ?? new Date(0)).toISOString().slice(0, 10);
