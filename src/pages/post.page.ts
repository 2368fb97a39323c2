import { Html, html } from '../common/html/html.js';
import type { PostRow } from '../posts/post-row.js';
import { renderMarkdown } from '../posts/rendering/markdown.js';
import { page } from './page.js';

/** Code that is wider than the screen is scrolled, by keyboard too; the sanitiser leaves no other text like its tag. */
const FOCUSABLE = '<pre tabindex="0">';

/** A post, for readers whose publisher has no site of another kind. */
export const postPage = ({ title, content, publishedAt, authorFullName, authorUsername, tags }: PostRow): string =>
  page({
    title,
    body: html`<p class="byline">${[authorFullName ?? authorUsername, dayOf(publishedAt), ...tags].join(' · ')}</p>
      <article class="post">${new Html(renderMarkdown(content).replaceAll('<pre>', FOCUSABLE))}</article>`,
  });

const dayOf = (time: Date | null): string => (time ?? new Date(0)).toISOString().slice(0, 10);
