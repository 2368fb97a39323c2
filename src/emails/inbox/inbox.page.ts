import { html, type Html } from '../../common/html/html.js';
import { page } from '../../pages/page.js';
import type { InboxMessage, InboxSummary, InboxView } from './inbox.service.js';

/** The list beside the message; a script keeps the list fresh. */
export const inboxPage = ({ list: { items }, shown }: InboxView): string =>
  page({
    title: 'Inbox',
    script: 'inbox.js',
    body: html`<p id="count" class="faint" role="status">
        ${items.length === 0 ? 'No mail yet.' : `${items.length} shown, newest first.`}
      </p>
      <div class="inbox">
        <nav aria-label="Messages">
          <ol id="messages">
            ${items.map((message) => entry(message, message.id === shown?.id))}
          </ol>
        </nav>
        <article aria-label="Message">
          ${shown ? messageView(shown) : html`<p class="faint">Choose a message.</p>`}
        </article>
      </div>`,
  });

const entry = (message: InboxSummary, current: boolean): Html =>
  html`<li>
    <a href="/inbox?id=${message.id}" ${current ? html` aria-current="true"` : undefined}
      >${message.subject}<br />
      <span class="state" data-state="${message.status}"
        >${message.status} · to ${message.to} · ${message.createdAt.toISOString()}</span
      ></a
    >
  </li> `;

const messageView = (message: InboxMessage): Html =>
  html`<h2>${message.subject}</h2>
    <p>
      To ${message.to}<br />
      <span class="state" data-state="${message.status}"
        >${message.status} after ${message.tries} ${message.tries === 1 ? 'try' : 'tries'}</span
      >
      <span class="faint">${message.lastAnswer ?? undefined}</span>
    </p>
    <iframe
      title="The message"
      src="/inbox/messages/${message.id}/html"
      sandbox="allow-popups allow-popups-to-escape-sandbox"
    ></iframe>
    <details>
      <summary>As plain text</summary>
      <pre>${message.text}</pre>
    </details>`;
