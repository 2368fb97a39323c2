import type { Browser, Page } from 'playwright-core';
import { newId } from '../../src/common/ids/uuid.js';
import { describeWithBrowser, startBrowser, watchedPage } from '../support/browser.js';
import { createPerson } from '../support/people.js';
import { TestApi } from '../support/test-api.js';

/** What the keyboard is at. */
interface Focus {
  tag: string;
  name: string;
  /** Whether a frame marks it, and it is not out of the window. */
  isSeen: boolean;
}

const FOCUS = `(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth, clipPath } = getComputedStyle(element);
  const { top, bottom, left, right, width } = element.getBoundingClientRect();
  const isInside = width > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
  return {
    tag: element.tagName.toLowerCase(),
    name: element.id || element.name || element.title || element.textContent.trim(),
    isSeen: isInside && clipPath === 'none' && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
  };
})()`;

const SKIP = { tag: 'a', name: 'Skip to the content', isSeen: true };
const HOME = { tag: 'a', name: 'Broadsheet', isSeen: true };

describeWithBrowser('somebody with a keyboard alone', () => {
  let api: TestApi;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [api, browser] = await Promise.all([TestApi.start(), startBrowser()]);
    ({ page } = await watchedPage(browser, api.url, { viewport: { width: 1200, height: 900 } }));
    const { id } = await createPerson(api, 'ada');
    await api.database.rows(
      `INSERT INTO emails (id, kind, user_id, to_address, to_key, state, facts)
        VALUES ($1, 'welcome', $2, 'ada@example.com', 'ada@example.com', 'sent', '{}')`,
      [newId(), id],
    );
  });

  afterAll(async () => {
    await browser.close();
    await api.stop();
  });

  async function press(key: string): Promise<Focus> {
    await page.keyboard.press(key);
    return page.evaluate<Focus>(FOCUS);
  }

  /** Everything that Tab comes to, until the page ends. */
  async function tour(): Promise<Focus[]> {
    const stops: Focus[] = [];
    for (let stop = await press('Tab'); stop.tag !== 'body' && stops.length < 100; stop = await press('Tab'))
      stops.push(stop);
    return stops;
  }

  it.each(['/', '/inbox', '/live', '/errors/RATE_LIMITED'])('finds one of each landmark on %s', async (path) => {
    await page.goto(`${api.url}${path}`);
    for (const landmark of ['banner', 'main'] as const)
      expect({ landmark, count: await page.getByRole(landmark).count() }).toEqual({ landmark, count: 1 });
    expect(await page.locator('h1').count()).toBe(1);
  });

  it('comes to everything on the landing page in its order, and sees where it is', async () => {
    await page.goto(`${api.url}/`);
    await page.locator('#parts li').first().waitFor();
    const links = await page.locator('.links a').allInnerTexts();
    const stops = await tour();
    expect(stops.filter(({ isSeen }) => !isSeen)).toEqual([]);
    expect(stops.slice(0, 2)).toEqual([SKIP, HOME]);
    expect(stops.slice(2).map(({ name }) => name)).toEqual([...links, expect.stringMatching(/^curl/), 'copy']);
  });

  it('skips what is above the content, and sees the way there only when it is at it', async () => {
    await page.goto(`${api.url}/`);
    const shape = await page.evaluate(`getComputedStyle(document.querySelector('.skip')).clipPath`);
    expect(shape).toBe('inset(50%)');
    expect(await press('Tab')).toEqual(SKIP);
    expect(await press('Enter')).toMatchObject({ tag: 'main' });
    expect(await press('Tab')).toEqual({ tag: 'a', name: 'API documentation', isSeen: true });
  });

  it('searches the inbox, opens a mail, and comes out of its frame again', async () => {
    await page.goto(`${api.url}/inbox`);
    expect(await press('Tab')).toEqual(SKIP);
    expect(await press('Enter')).toMatchObject({ tag: 'main' });
    expect(await press('Tab')).toEqual({ tag: 'input', name: 'to', isSeen: true });
    await page.keyboard.type('ada@example.com');
    await Promise.all([page.waitForURL(/to=ada/), page.keyboard.press('Enter')]);
    const found = await tour();
    expect(found.filter(({ isSeen }) => !isSeen)).toEqual([]);
    expect(found.map(({ tag }) => tag)).toEqual(['a', 'a', 'input', 'select', 'select', 'button', 'a']);

    await page.locator('#messages a').focus();
    await Promise.all([page.waitForURL(/id=/), page.keyboard.press('Enter')]);
    await page.frameLocator('iframe').getByText('Confirm my address').waitFor();
    const opened = await tour();
    const last = opened.slice(-2);
    expect(opened.map(({ tag }) => tag)).toContain('iframe');
    expect(last.map(({ name, isSeen }) => ({ name, isSeen }))).toEqual([
      { name: 'As plain text', isSeen: true },
      { name: 'Headers', isSeen: true },
    ]);
  });
});
