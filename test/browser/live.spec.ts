import type { Browser } from 'playwright-core';
import { describeWithBrowser, startBrowser, watchedPage } from '../support/browser.js';
import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';

const POSTS = '/api/v1/posts';
/** Nothing of a title may become a part of the page. */
const TITLE = '<img src=x onerror=alert(1)> Stop press';

describeWithBrowser('the live page', () => {
  let api: TestApi;
  let browser: Browser;
  let ada: Person;

  beforeAll(async () => {
    [api, browser] = await Promise.all([TestApi.start(), startBrowser()]);
    ada = await createPerson(api, 'ada');
  });

  afterAll(async () => {
    await browser.close();
    await api.stop();
  });

  it('shows posts as they appear, change and go, and asks nobody else', async () => {
    await ada.client.post(POSTS, { title: 'Yesterday', content: 'x', published: true });
    const { page, outside, complaints } = await watchedPage(browser, api.url);
    await page.goto(`${api.url}/live`);
    await page.getByRole('status').getByText('Connected.').waitFor();
    const posts = page.getByRole('log');
    await posts.getByRole('link', { name: 'Yesterday' }).waitFor();

    const { body } = await ada.client.post(POSTS, { title: TITLE, content: 'x', published: true });
    await posts.getByRole('link', { name: TITLE }).waitFor();
    expect(await posts.getByRole('link').allTextContents()).toEqual([TITLE, 'Yesterday']);

    await ada.client.patch(`${POSTS}/${body.id}`, { title: 'Corrected' });
    await posts.getByRole('link', { name: 'Corrected' }).waitFor();
    await ada.client.delete(`${POSTS}/${body.id}`);
    await posts.getByRole('link', { name: 'Corrected' }).waitFor({ state: 'detached' });
    expect(await posts.getByRole('link').allTextContents()).toEqual(['Yesterday']);
    expect({ outside, complaints }).toEqual({ outside: [], complaints: [] });
  });
});
