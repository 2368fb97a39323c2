import { html } from '../common/html/html.js';
import { isHardened, type Settings } from '../core/config/settings.js';
import { page } from './page.js';

interface Link {
  href: string;
  label: string;
  about: string;
}

const LINKS: Link[] = [
  { href: '/api/v1/openapi.json', label: 'OpenAPI document', about: 'for generators of clients' },
  { href: '/api/v1/posts', label: 'Published posts', about: 'as JSON' },
  { href: '/live', label: 'Live', about: 'posts as they appear' },
  { href: '/feed.xml', label: 'Feed', about: 'the latest posts, for feed readers (Atom)' },
  { href: '/errors', label: 'Error codes', about: 'what each means and what to do' },
  { href: '/readiness', label: 'Readiness', about: 'whether everything that is needed answers' },
];

const DOCS: Link[] = [
  { href: '/docs', label: 'API documentation', about: 'try every operation in the browser' },
  { href: '/redoc', label: 'API reference', about: 'the same, to be read' },
];
const QUEUES: Link = { href: '/queues', label: 'Queues', about: 'what the worker is doing, for administrators' };
const INBOX: Link = { href: '/inbox', label: 'Inbox', about: 'every mail that was sent' };

export function landingPage(settings: Settings): string {
  const links = [
    ...(settings.DOCS ? DOCS : []),
    ...LINKS,
    ...(settings.DASHBOARD ? [QUEUES] : []),
    ...(isHardened(settings) ? [] : [INBOX]),
  ];
  return page({
    title: 'A publishing backend that you run yourself',
    body: html`<ul>
        ${links.map(({ href, label, about }) => html`<li><a href="${href}">${label}</a>: ${about}</li> `)}
      </ul>
      <h2>A first request</h2>
      <pre>curl ${settings.PUBLIC_URL}/api/v1/posts?limit=3</pre>`,
  });
}
