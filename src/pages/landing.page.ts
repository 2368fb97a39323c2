import { html, type Html } from '../common/html/html.js';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from '../common/demo/demo-accounts.js';
import { isHardened, type Settings } from '../core/config/settings.js';
import { VERSION } from '../core/openapi/version.js';
import { page } from './page.js';

interface Link {
  href: string;
  label: string;
  about: string;
}

const DOCS: Link[] = [
  { href: '/docs', label: 'API documentation', about: 'try every operation in the browser' },
  { href: '/redoc', label: 'API reference', about: 'the same, to be read' },
];

const LINKS: Link[] = [
  { href: '/api/v1/openapi.json', label: 'OpenAPI document', about: 'for generators of clients' },
  { href: '/api/v1/posts', label: 'Published posts', about: 'as JSON' },
  { href: '/live', label: 'Live', about: 'posts as they appear' },
  { href: '/feed.xml', label: 'Feed', about: 'the latest posts, for feed readers (Atom)' },
  { href: '/errors', label: 'Error codes', about: 'what each means and what to do' },
  { href: '/readiness', label: 'Readiness', about: 'whether everything that is needed answers' },
];

const QUEUES: Link = { href: '/queues', label: 'Queues', about: 'what the worker is doing, for administrators' };
const INBOX: Link = { href: '/inbox', label: 'Inbox', about: 'every mail that was sent' };

/** The same whatever is away: how things are is asked by its script. */
export function landingPage(settings: Settings): string {
  const links = [
    ...(settings.DOCS ? DOCS : []),
    ...(isHardened(settings) ? [] : [INBOX]),
    ...LINKS,
    ...(settings.DASHBOARD ? [QUEUES] : []),
  ];
  return page({
    title: 'A publishing backend that you run yourself',
    script: 'landing.js',
    body: html`<section aria-labelledby="status">
        <h2 id="status">What runs here</h2>
        <p>
          Broadsheet ${VERSION}. <span id="summary" role="status">Looking…</span>
          <noscript>The <a href="/status">status</a> is shown here by a script.</noscript>
        </p>
        <ul id="parts" class="parts"></ul>
      </section>
      <nav aria-labelledby="pages">
        <h2 id="pages">Where to click</h2>
        <ul class="links">
          ${links.map(({ href, label, about }) => html`<li><a href="${href}">${label}</a> ${about}</li> `)}
        </ul>
      </nav>
      <section aria-labelledby="first">
        <h2 id="first">A first request</h2>
        <pre tabindex="0"><code id="request">curl '${settings.PUBLIC_URL}/api/v1/posts?limit=3'</code></pre>
        <p><button id="copy" type="button" hidden>Copy</button></p>
      </section>
      ${settings.DEMO_LOGINS ? demoLogins() : undefined}`,
  });
}

const demoLogins = (): Html =>
  html`<section aria-labelledby="logins">
    <h2 id="logins">Demo logins</h2>
    <p>
      For Authorize in the API documentation, and for the queues. Each has the password <code>${DEMO_PASSWORD}</code>.
    </p>
    <ul>
      ${Object.values(DEMO_ACCOUNTS).map(({ username, role }) => html`<li><code>${username}</code> (${role})</li> `)}
    </ul>
  </section>`;
