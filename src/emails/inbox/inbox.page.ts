import { html, type Html } from '../../common/html/html.js';
import { page } from '../../pages/page.js';
import { EMAIL_KINDS, EMAIL_STATES } from '../email.entity.js';
import type { InboxMessage, InboxSummary, InboxView } from './inbox.service.js';

/** The list beside the message; a script keeps both fresh. */
export const inboxPage = ({ list: { items }, shown, filter }: InboxView): string =>
  page({
    title: 'Inbox',
    script: 'inbox.js',
    body: html`<search>
        <form class="filters" action="/inbox">
          <label>To <input name="to" type="search" maxlength="254" value="${filter.to ?? ''}" /></label>
          ${choice('Status', 'status', EMAIL_STATES, filter.status)} ${choice('Kind', 'kind', EMAIL_KINDS, filter.kind)}
          <button type="submit">Search</button>
        </form>
      </search>
      <p id="count" class="faint" role="status">
        ${items.length === 0 ? 'No mail yet.' : `${items.length} shown, newest first.`}
      </p>
      <div class="inbox">
        <nav aria-label="Messages">
          <ol id="messages">
            ${items.map((message) => entry(message, linkTo(message.id, filter), message.id === shown?.id))}
          </ol>
        </nav>
        <article aria-label="Message">
          ${shown ? messageView(shown) : html`<p class="faint">Choose a message.</p>`}
        </article>
      </div>`,
  });

/** A form sends what is left open as an empty text, which a script leaves out. */
const choice = (label: string, name: string, values: readonly string[], chosen: string | undefined): Html =>
  html`<label
    >${label}
    <select name="${name}">
      <option value="">any</option>
      ${values.map((value) => html`<option ${value === chosen ? html` selected` : undefined}>${value}</option>`)}
    </select></label
  >`;

function linkTo(id: string, filter: InboxView['filter']): string {
  const set = Object.entries(filter).filter(([, value]) => value !== undefined);
  return `/inbox?${new URLSearchParams([...set, ['id', id]]).toString()}`;
}

const entry = (message: InboxSummary, href: string, current: boolean): Html =>
  html`<li>
    <a href="${href}" ${current ? html` aria-current="true"` : undefined}
      >${message.subject}<br />
      <span class="state" data-state="${message.status}"
        >${message.status} · to ${message.to} · ${timeOf(message.createdAt.toISOString())}</span
      ></a
    >
  </li> `;

/** A script puts it into the time and language of whoever looks. */
const timeOf = (time: string): Html => html`<time datetime="${time}">${time}</time>`;

const messageView = (message: InboxMessage): Html =>
  html`<h2>${message.subject}</h2>
    <p>To ${message.to}</p>
    <iframe
      title="The message"
      src="/inbox/messages/${message.id}/html"
      sandbox="allow-popups allow-popups-to-escape-sandbox"
    ></iframe>
    <section id="progress" aria-labelledby="way">
      <h3 id="way">What became of it</h3>
      <p>
        <span class="state" data-state="${message.status}"
          >${message.status} after ${message.tries} ${message.tries === 1 ? 'try' : 'tries'}</span
        >
        <span class="faint">${message.lastAnswer ?? undefined}</span>
      </p>
      <ol>
        <li>${timeOf(message.createdAt.toISOString())} owed</li>
        ${message.history.map(
          ({ at, status, answer }) =>
            html`<li>
              ${timeOf(at)} <span class="state" data-state="${status}">${status}</span>
              <span class="faint">${answer}</span>
            </li> `,
        )}
      </ol>
    </section>
    <details>
      <summary>As plain text</summary>
      <pre>${message.text}</pre>
    </details>
    <details>
      <summary>Headers</summary>
      <table>
        ${Object.entries(message.headers).map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${value}</td>
            </tr> `,
        )}
      </table>
    </details>`;
