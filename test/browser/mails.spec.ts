import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { newId } from '../../src/common/ids/uuid.js';
import { EMAIL_KINDS, type EmailKind } from '../../src/emails/email.entity.js';
import { describeWithBrowser, startBrowser } from '../support/browser.js';
import { createPerson } from '../support/people.js';
import { TestApi } from '../support/test-api.js';

const SCREENSHOTS = 'coverage/screenshots/mails';
const PHONE = { width: 360, height: 640 };
const DESK = { width: 1_000, height: 700 };
/** What people call themselves and their posts: nothing of it may stretch a mail, or become a part of its page. */
const NAME = `<img src=x onerror=alert(1)> ${'Wolfeschlegelsteinhausenbergerdorff'.repeat(2)}`;
const PENDING = 'another.address.that.is.rather.long@a-host-with-a-long-name.example.com';

describeWithBrowser('the mails, as they are shown in the inbox', () => {
  let api: TestApi;
  let browser: Browser;
  let page: Page;
  const ids = new Map<EmailKind, string>();
  const asked: string[] = [];

  beforeAll(async () => {
    api = await TestApi.start();
    const { id: userId, client } = await createPerson(api, 'ada');
    await api.database.rows('UPDATE users SET full_name = $2, pending_email = $3 WHERE id = $1', [
      userId,
      NAME,
      PENDING,
    ]);
    const { body: post } = await client.post('/api/v1/posts', { title: NAME, content: NAME, published: true });
    const [session] = await api.database.rows<{ id: string }>('SELECT id FROM sessions WHERE user_id = $1', [userId]);
    for (const kind of EMAIL_KINDS) {
      ids.set(kind, newId());
      const to = kind === 'email-change' ? PENDING : 'ada@example.com';
      await api.database.rows(
        `INSERT INTO emails (id, kind, user_id, to_address, to_key, state, facts, post_id)
          VALUES ($1, $2, $3, $4, $4, 'sent', $5, $6)`,
        [ids.get(kind), kind, userId, to, { sessionId: session?.id }, kind === 'new-post' ? post.id : null],
      );
    }
    browser = await startBrowser();
    page = await browser.newPage();
    page.on('request', (request) => asked.push(request.url()));
    page.on('dialog', (dialog) => {
      asked.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await mkdir(SCREENSHOTS, { recursive: true });
  });

  afterAll(async () => {
    await browser.close();
    await api.stop();
  });

  it.each(EMAIL_KINDS)(
    '%s fits a phone and a desk, needs no image, and says in words where its links lead',
    async (kind) => {
      // The mail of a deleted account is the one that others do not get.
      if (kind === 'account-deleted') await api.database.rows('UPDATE users SET deleted_at = now()');
      asked.splice(0);
      const url = `${api.url}/inbox/messages/${ids.get(kind)}/html`;
      for (const [name, size] of Object.entries({ phone: PHONE, desk: DESK })) {
        await page.setViewportSize(size);
        await page.goto(url);
        await page.screenshot({ path: `${SCREENSHOTS}/${kind}-${name}.png` });
        const width = await page.evaluate<number>('document.documentElement.scrollWidth');
        expect({ name, width }).toEqual({ name, width: size.width });
      }
      // The address alone: nothing is fetched that a mail program would block, or that would tell of its being read.
      expect(new Set(asked)).toEqual(new Set([url]));
      expect(await page.locator('img, script, iframe, form').count()).toBe(0);
      const text = await page.locator('body').innerText();
      expect(text).toContain(`Hello ${NAME}`);
      for (const link of await page.locator('a').all()) {
        expect((await link.innerText()).trim()).not.toBe('');
        expect(await link.getAttribute('href')).toMatch(/^http:\/\/localhost:3000\//);
      }
      if (kind === 'account-deleted') await api.database.rows('UPDATE users SET deleted_at = NULL');
    },
  );

  it('stand in the inbox beside what became of them', async () => {
    await page.setViewportSize(DESK);
    await page.goto(`${api.url}/inbox?id=${ids.get('new-post')}`);
    const mail = page.frameLocator('iframe');
    await mail.locator('text=Unsubscribe').first().waitFor();
    await page.screenshot({ path: `${SCREENSHOTS}/inbox.png` });
    expect(await page.locator('body').innerText()).toContain('sent');
  });
});
