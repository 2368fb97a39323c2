import { html } from '../common/html/html.js';
import { page } from './page.js';

/** Posts, as they appear. */
export const livePage = (): string =>
  page({
    title: 'Live',
    script: 'live.js',
    body: html`<p>Posts as they are published, changed and taken back, without reloading.</p>
      <p id="state" class="faint" role="status">Connecting…</p>
      <div role="log" aria-label="Latest posts">
        <ol id="posts" class="posts"></ol>
      </div>
      <p><a href="/docs#/Live">Listen yourself</a>: <code>GET /api/v1/events</code></p>
      <noscript><p>This page needs JavaScript.</p></noscript>`,
  });
