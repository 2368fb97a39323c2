import { mkdir } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Browser, Page } from 'playwright-core';
import { createHttpApplication } from '../../src/core/http/create-http-application.js';
import { AppLogger } from '../../src/core/logging/app-logger.js';
import { WorkerModule } from '../../src/worker.module.js';
import { describeWithBrowser, startBrowser, watchedPage, type WatchedPage } from '../support/browser.js';
import { PASSWORD } from '../support/people.js';
import { freePort } from '../support/program.js';
import { TestApi } from '../support/test-api.js';
import { testSettings } from '../support/test-settings.js';

/** Screenshots to be looked at by people; not kept in the repository. */
const SCREENSHOTS = 'coverage/screenshots';

/** What somebody does who explores the product with a browser alone. */
describeWithBrowser('an explorer with a browser', () => {
  let api: TestApi;
  let worker: NestFastifyApplication;
  let browser: Browser;
  let page: Page;
  let watched: WatchedPage;

  beforeAll(async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    api = await TestApi.start({ PORT: String(port), PUBLIC_URL: url });
    const settings = testSettings(api.database.url, { PUBLIC_URL: url });
    const logger = new AppLogger(settings);
    worker = await createHttpApplication(WorkerModule.forRoot(settings, logger), settings, logger);
    await worker.init();
    browser = await startBrowser();
    watched = await watchedPage(browser, api.url, { viewport: { width: 1200, height: 900 } });
    ({ page } = watched);
    await mkdir(SCREENSHOTS, { recursive: true });
  });

  afterAll(async () => {
    await browser.close();
    await worker.close();
    await api.stop();
  });

  const shot = (name: string) => page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });

  /** Opens an operation of Swagger UI, fills in a body, sends it, and returns the status that is shown. */
  async function execute(operation: string, { body, id }: { body?: object; id?: string } = {}): Promise<string> {
    const block = page.locator(`[id="operations-${operation}"]`);
    if (!(await block.getAttribute('class'))?.includes('is-open')) await block.locator('.opblock-summary').click();
    // Waits for it, since it comes some moments after the click; behind it may stand "Reset".
    const tryOut = block.locator('.try-out__btn').first();
    if (!(await tryOut.getAttribute('class'))?.includes('cancel')) await tryOut.click();
    if (id) await block.locator('input[placeholder=id]').fill(id);
    if (body) await block.locator('textarea.body-param__text').fill(JSON.stringify(body));
    await block.locator('.execute').click();
    return block.locator('.live-responses-table .response-col_status').last().innerText();
  }

  it('sees on the landing page that everything runs', async () => {
    await page.goto(`${api.url}/`);
    await page.locator('#summary:has-text("Everything runs.")').waitFor();
    expect(await page.locator('#parts li').allInnerTexts()).toEqual(
      ['Database', 'Migrations', 'Queue', 'Workers', 'Mails'].map((name) => expect.stringMatching(`^${name}\\s+ok`)),
    );
    await shot('landing');
  });

  it('reads in ReDoc, and searches there', async () => {
    await page.goto(`${api.url}/`);
    await page.click('text=API reference');
    await page.locator('h1:has-text("Broadsheet")').waitFor();
    await page.fill('input[aria-label="Search"], input[placeholder^="Search"]', 'unsubscribe');
    // Found by the worker of its search, which its policy has to let be.
    const found = page.locator('[data-role="search:results"] li');
    await found.first().waitFor();
    expect((await found.allInnerTexts()).join(' ')).toMatch(/unsubscribe|follow/i);
    await shot('redoc');
  });

  it.each([
    { name: 'dark', options: { colorScheme: 'dark', viewport: { width: 1200, height: 900 } } },
    { name: 'on a phone', options: { viewport: { width: 360, height: 740 } } },
  ] as const)('finds every page in order $name', async ({ name, options }) => {
    const other = await watchedPage(browser, api.url, options);
    for (const path of ['/', '/redoc', '/errors', '/errors/RATE_LIMITED', '/inbox', '/verify', '/reset']) {
      await other.page.goto(`${api.url}${path}`);
      if (path === '/redoc') await other.page.locator('h1').waitFor();
      const width = await other.page.evaluate<number>('document.documentElement.scrollWidth');
      expect({ path, width }).toEqual({ path, width: options.viewport.width });
      await other.page.screenshot({ path: `${SCREENSHOTS}/${name}${path.replaceAll('/', '-')}.png` });
    }
    expect(other).toMatchObject({ outside: [], complaints: [] });
    await other.page.close();
  });

  /** Signs up in Swagger UI, and follows the link of the mail in the inbox. */
  async function signUp(email: string): Promise<void> {
    await page.goto(`${api.url}/`);
    await page.click('text=API documentation');
    const body = { email, password: PASSWORD, username: 'ada', fullName: 'Ada Lovelace' };
    expect(await execute('Users-usersCreate', { body })).toContain('201');

    await page.goto(`${api.url}/inbox`);
    await page.fill('input[name=to]', email);
    await page.click('text=Search');
    expect(page.url()).toBe(`${api.url}/inbox?to=${encodeURIComponent(email)}`);
    await page.click(`#messages a:has-text("${email}")`);
    const mail = page.frameLocator('iframe[title="The message"]');
    const [opened] = await Promise.all([
      page.context().waitForEvent('page'),
      mail.locator('a:has-text("Confirm my address")').click(),
    ]);
    await shot('inbox');
    await opened.click('#verify');
    await opened.waitForSelector('text=Your address is confirmed');
    await opened.close();
  }

  /** Signs in by the dialog of Swagger UI. */
  async function authorize(): Promise<void> {
    await page.goto(`${api.url}/docs`);
    await page.click('.btn.authorize');
    const form = page.locator('.auth-container').filter({ has: page.locator('#oauth_username') });
    await form.locator('#oauth_username').fill('ada');
    await form.locator('#oauth_password').fill(PASSWORD);
    await shot('authorize');
    await form.locator('button.authorize').click();
    await page.locator('.auth-container button:has-text("Logout")').waitFor();
    await page.locator('.dialog-ux .btn-done').first().click();
  }

  it('goes all the way from an account to a post that others see as it appears', async () => {
    const reader = await watchedPage(browser, api.url, { viewport: { width: 1200, height: 900 } });
    await reader.page.goto(`${api.url}/live`);
    await reader.page.getByRole('status').getByText('Connected.').waitFor();
    const posts = reader.page.getByRole('log');

    await signUp('ada@example.com');
    const confirmed = await api.database.rows('SELECT email FROM users WHERE email_verified_at IS NOT NULL');
    expect(confirmed).toEqual([{ email: 'ada@example.com' }]);
    await authorize();
    const body = { title: 'From Swagger UI', content: 'It *works*.' };
    expect(await execute('Posts-postsCreate', { body })).toContain('201');
    const [post] = await api.database.rows<{ id: string }>('SELECT id FROM posts WHERE title = $1', [body.title]);
    expect(await posts.getByRole('link').count()).toBe(0);
    expect((await reader.page.request.get(`${api.url}/p/from-swagger-ui`)).status()).toBe(404);

    expect(await execute('Posts-publicationPublish', { id: post?.id })).toContain('200');
    await shot('published');
    await posts.getByRole('link', { name: body.title }).click();
    await reader.page.waitForURL(`${api.url}/p/from-swagger-ui`);
    expect(await reader.page.locator('h1').innerText()).toBe(body.title);
    expect(await reader.page.locator('.byline').innerText()).toContain('Ada Lovelace');
    expect(await reader.page.locator('article em').innerText()).toBe('works');
    await reader.page.screenshot({ path: `${SCREENSHOTS}/post.png` });
    expect(reader).toMatchObject({ outside: [], complaints: [] });
    await reader.page.close();
  });

  it('was never sent to another host, and no page complained', () => {
    expect(watched.outside).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });
});
