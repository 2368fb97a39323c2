import { html } from '../common/html/html.js';
import { page } from './page.js';

export const resetPage = (): string =>
  page({
    title: 'Choose a password',
    script: 'reset.js',
    body: html`<form id="reset">
        <p>
          <label for="password">New password, at least 8 characters</label><br />
          <input id="password" type="password" autocomplete="new-password" minlength="8" maxlength="256" required />
        </p>
        <p><button type="submit">Set the password</button></p>
      </form>
      <p id="outcome" role="status" aria-live="polite"></p>
      <noscript><p>This page needs JavaScript.</p></noscript>`,
  });
