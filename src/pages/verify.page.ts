import { html } from '../common/html/html.js';
import { page } from './page.js';

export const verifyPage = (): string =>
  page({
    title: 'Confirm your address',
    script: 'verify.js',
    body: html`<p>One click, and your e-mail address is confirmed.</p>
      <p><button id="verify" type="button">Confirm my address</button></p>
      <p id="outcome" role="status" aria-live="polite"></p>
      <noscript><p>This page needs JavaScript.</p></noscript>`,
  });
