import { html } from '../common/html/html.js';
import { page } from './page.js';

/** Works without the script too, but then says nothing when it is done. */
export const unsubscribePage = (token: string): string =>
  page({
    title: 'Unsubscribe',
    script: 'unsubscribe.js',
    body: html`<p>One click, and you get no more mails about new posts of this author.</p>
      <form id="unsubscribe" method="post" action="/api/v1/unsubscribe?token=${encodeURIComponent(token)}">
        <p><button type="submit">Unsubscribe</button></p>
      </form>
      <p id="outcome" role="status" aria-live="polite"></p>`,
  });
