import type { Browser, Page } from 'playwright-core';
import { addJobs } from '../e2e/support/jobs.js';
import { describeWithBrowser, startBrowser, watchedPage, type WatchedPage } from '../support/browser.js';
import { createPerson, PASSWORD } from '../support/people.js';
import { freePort } from '../support/program.js';
import { TestApi } from '../support/test-api.js';

/** What an administrator does who looks after the queues. */
describeWithBrowser('an administrator with a browser', () => {
  let api: TestApi;
  let browser: Browser;
  let page: Page;
  let watched: WatchedPage;

  beforeAll(async () => {
    const port = await freePort();
    api = await TestApi.start({ PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` });
    await createPerson(api, 'root', 'admin');
    await addJobs(api.settings);
    browser = await startBrowser();
    watched = await watchedPage(browser, api.url);
    ({ page } = watched);
  });

  afterAll(async () => {
    await browser.close();
    await api.stop();
  });

  const cookies = async (): Promise<string[]> => (await page.context().cookies()).map(({ name }) => name);

  it('signs in through the form, and sees the queue and its jobs', async () => {
    await page.goto(`${api.url}/queues`);
    expect(page.url()).toBe(`${api.url}/queues/login`);
    await page.fill('#username', 'root');
    await page.fill('#password', PASSWORD);
    await page.click('button[type=submit]');
    await page.waitForURL(`${api.url}/queues`);
    expect(await cookies()).toEqual(['broadsheet_queues']);

    await page.locator('a:has-text("emails")').first().click();
    await page.waitForURL(/\/queues\/queue\/emails/);
    await page.locator('text=send').first().waitFor();
    // Nothing that would change a queue.
    for (const label of ['Retry', 'Promote', 'Clean', 'Pause', 'Obliterate', 'Add job'])
      expect({ label, count: await page.getByRole('button', { name: label }).count() }).toEqual({ label, count: 0 });
  });

  it('looks at a job, at a reload too', async () => {
    await page.locator('a[href*="/queue/emails/"]').first().click();
    await page.waitForURL(/\/queues\/queue\/emails\/[^/]+/);
    await page.reload();
    await page.locator('text=send').first().waitFor();
    expect(page.url()).toContain('/queues/queue/emails/');
  });

  it('was never sent to another host, and no page complained', () => {
    expect(watched.outside).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });

  it('signs out from the menu, by a button', async () => {
    await page.click('header button[aria-haspopup=menu]');
    await page.click('text=Sign out');
    await page.waitForURL(`${api.url}/queues/logout`);
    await page.click('button[type=submit]');
    await page.waitForURL(`${api.url}/queues/login`);
    expect(await cookies()).toEqual([]);
    await page.goto(`${api.url}/queues`);
    expect(page.url()).toBe(`${api.url}/queues/login`);
  });
});
