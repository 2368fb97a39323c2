import { mkdir } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { newId } from '../../src/common/ids/uuid.js';
import { barriersOf, GOOD_PRACTICE, WCAG_21 } from '../support/accessibility.js';
import { describeWithBrowser, startBrowser, watchedPage, type WatchedPage } from '../support/browser.js';
import { createPerson } from '../support/people.js';
import { TestApi } from '../support/test-api.js';

/** Screenshots to be looked at by people; not kept in the repository. */
const SCREENSHOTS = 'coverage/screenshots';

const CONTENT = `## A heading

Some *words*, a [link](https://example.com), \`code\`, and a list:

- one
- two

> A quotation.

| A | B |
|---|---|
| 1 | 2 |

\`\`\`
${'a line of code that is longer than a phone is wide '.repeat(3)}
\`\`\``;

interface View {
  name: string;
  path: string;
  /** What is done there before it is looked at. */
  prepare?: (page: Page) => Promise<unknown>;
}

const VIEWS: View[] = [
  { name: 'landing', path: '/', prepare: (page) => page.locator('#parts li').first().waitFor() },
  { name: 'live', path: '/live', prepare: (page) => page.getByRole('log').getByRole('link').first().waitFor() },
  { name: 'inbox', path: '/inbox' },
  {
    name: 'inbox-message',
    path: '/inbox',
    prepare: async (page) => {
      await page.locator('#messages a').first().click();
      for (const summary of await page.locator('summary').all()) await summary.click();
    },
  },
  { name: 'inbox-found', path: '/inbox?to=ada@example.com&kind=welcome' },
  { name: 'inbox-empty', path: '/inbox?to=nobody@example.com' },
  { name: 'errors', path: '/errors' },
  { name: 'error', path: '/errors/VALIDATION_FAILED' },
  { name: 'verify', path: '/verify#token=x' },
  {
    name: 'verify-refused',
    path: '/verify#token=x',
    prepare: async (page) => {
      await page.click('#verify');
      await page.locator('#outcome:not(:empty)').waitFor();
    },
  },
  { name: 'reset', path: '/reset#token=x' },
  { name: 'unsubscribe', path: '/api/v1/unsubscribe?token=x' },
  { name: 'post', path: '/p/a-post' },
  { name: 'queues-login', path: '/queues/login' },
  {
    name: 'queues-refused',
    path: '/queues/login',
    prepare: async (page) => {
      await page.fill('#username', 'ada');
      await page.fill('#password', 'not the password');
      await page.click('button[type=submit]');
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'queues-logout', path: '/queues/logout' },
];

/** Pages that others wrote: what our options and stylesheets cannot mend is listed, and no more than that may be there. */
const OTHERS: (View & { known: string[] })[] = [
  {
    name: 'docs',
    path: '/docs',
    prepare: (page) => page.locator('.opblock').first().waitFor(),
    // The line of an operation is a button, with a link and buttons in it.
    known: ['nested-interactive'],
  },
  {
    name: 'docs-operation',
    path: '/docs#/Posts/postsCreate',
    prepare: (page) => page.locator('.opblock.is-open .try-out__btn').click(),
    // Nor have the body and the choice of an example a name, and long lines are scrolled by mouse alone.
    known: ['label', 'nested-interactive', 'scrollable-region-focusable', 'select-name'],
  },
  {
    name: 'redoc',
    path: '/redoc',
    prepare: (page) => page.locator('h1').waitFor(),
    // Examples that are wider than their place are scrolled by mouse alone.
    known: ['scrollable-region-focusable'],
  },
];

const SIGHTS: Record<string, BrowserContextOptions> = {
  light: { viewport: { width: 1200, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1200, height: 900 } },
  phone: { viewport: { width: 360, height: 740 } },
};

describeWithBrowser('the pages, for people who cannot see or use them as most do', () => {
  let api: TestApi;
  let browser: Browser;

  beforeAll(async () => {
    [api, browser] = await Promise.all([TestApi.start(), startBrowser(), mkdir(SCREENSHOTS, { recursive: true })]);
    const ada = await createPerson(api, 'ada');
    await ada.client.post('/api/v1/posts', { title: 'A post', content: CONTENT, tags: ['writing'], published: true });
    for (const state of ['sent', 'pending', 'failed'])
      await api.database.rows(
        `INSERT INTO emails (id, kind, user_id, to_address, to_key, state, facts)
          VALUES ($1, 'welcome', $2, 'ada@example.com', 'ada@example.com', $3, '{}')`,
        [newId(), ada.id, state],
      );
  });

  afterAll(async () => {
    await browser.close();
    await api.stop();
  });

  describe.each(Object.keys(SIGHTS))('%s', (sight) => {
    let watched: WatchedPage;

    beforeAll(async () => {
      watched = await watchedPage(browser, api.url, SIGHTS[sight]);
    });

    afterAll(() => watched.page.close());

    async function open(path: string, prepare: View['prepare']): Promise<Page> {
      const { page } = watched;
      // Away from the page, as one that differs in its fragment alone would not be loaded anew.
      await page.goto('about:blank');
      await page.goto(`${api.url}${path}`);
      await prepare?.(page);
      return page;
    }

    it.each(VIEWS)('$name has no barrier', async ({ name, path, prepare }) => {
      const page = await open(path, prepare);
      await page.screenshot({ path: `${SCREENSHOTS}/${sight}-${name}.png`, fullPage: true });
      expect(await barriersOf(page, [...WCAG_21, GOOD_PRACTICE])).toEqual([]);
    });

    it.each(OTHERS)('$name has the barriers of those who wrote it alone', async ({ name, path, prepare, known }) => {
      const page = await open(path, prepare);
      await page.screenshot({ path: `${SCREENSHOTS}/${sight}-${name}.png` });
      const barriers = await barriersOf(page, WCAG_21);
      expect(barriers.filter(({ rule }) => !known.includes(rule))).toEqual([]);
    });
  });
});
