import { html } from '../../common/html/html.js';
import { page } from '../../pages/page.js';

/** @param problem what was wrong with the last attempt */
export const signInPage = (problem?: string): string =>
  page({
    title: 'Sign in to the queues',
    body: html`${problem && html`<p role="alert">${problem}</p>`}
      <form method="post" action="/queues/login">
        <p>
          <label for="username">Username or e-mail address</label><br />
          <input id="username" name="username" autocomplete="username" maxlength="254" required />
        </p>
        <p>
          <label for="password">Password</label><br />
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            maxlength="256"
            required
          />
        </p>
        <p><button type="submit">Sign in</button></p>
      </form>
      <p class="faint">For administrators. The sign-in ends after fifteen minutes.</p>`,
  });

/** The button is what signs out: a link alone may be followed by anything. */
export const signOutPage = (): string =>
  page({
    title: 'Sign out of the queues',
    body: html`<form method="post" action="/queues/logout">
        <p><button type="submit">Sign out</button></p>
      </form>
      <p><a href="/queues">Back to the queues</a></p>`,
  });
