import PostalMime from 'postal-mime';
import { testSettings } from '../../../test/support/test-settings.js';
import type { OwnSessionRow, SessionsRepository } from '../../auth/sessions/sessions.repository.js';
import { LinkTokens } from '../../auth/tokens/link-tokens.js';
import { Keyring } from '../../core/keys/keyring.js';
import type { ContactRow } from '../../users/users.repository.js';
import type { UsersService } from '../../users/users.service.js';
import { EMAIL_KINDS, type EmailKind } from '../email.entity.js';
import { EmailRenderer, type RenderedEmail } from './email-renderer.js';
import { htmlLetter, textLetter, type Letter } from './layout.js';
import { LETTERS } from './letters.js';
import type { PostNews, PostNewsReader } from './post-news.js';

const OWED = new Date('2026-03-01T12:00:00Z');
const ADA: ContactRow = {
  id: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  email: 'ada@example.com',
  username: 'ada',
  fullName: 'Ada Lovelace',
  isActive: true,
  emailVerifiedAt: null,
  pendingEmail: null,
  credentialsChangedAt: new Date('2026-02-01T00:00:00Z'),
  deletedAt: null,
  role: 'user',
};
const WELCOME = {
  kind: 'welcome',
  userId: ADA.id,
  postId: null,
  toAddress: ADA.email,
  facts: {},
  state: 'sending',
  createdAt: OWED,
} as const;

const NEWS: PostNews = {
  title: 'How the penny press began',
  excerpt: 'In 1833 a newspaper cost a penny.',
  author: 'Bob',
  url: 'http://localhost:3000/p/penny-press',
  unsubscribeUrl: 'http://localhost:3000/api/v1/unsubscribe?token=a-b_c',
};
const NEW_POST = { ...WELCOME, kind: 'new-post', postId: '01970f41-aaaa-7c21-8a34-6b0c9e7d2f55' } as const;

const SESSION: OwnSessionRow = {
  id: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55',
  userAgent: 'Firefox',
  ip: '203.0.113.7',
  createdAt: new Date('2026-03-01T11:59:00Z'),
  lastUsedAt: OWED,
  expiresAt: OWED,
};

const LETTER: Letter = {
  subject: 'A subject',
  greeting: 'Hello,',
  paragraphs: ['one.', 'two.'],
  action: { label: 'Open', url: 'https://example.com/verify?token=a-b_c' },
  reason: 'Because.',
};

/** @param told what is new in the post of a mail that has one */
function rendererFor(
  contacts: ContactRow[],
  overrides: NodeJS.ProcessEnv = {},
  stored: OwnSessionRow[] = [],
  told: PostNews | undefined = NEWS,
) {
  const settings = testSettings('postgres://localhost/x', overrides);
  const tokens = new LinkTokens(new Keyring(settings));
  const users = { contacts: async (ids: string[]) => contacts.filter(({ id }) => ids.includes(id)) };
  const sessions = { devices: jest.fn(async (ids: string[]) => stored.filter(({ id }) => ids.includes(id))) };
  const news = {
    readerFor: jest.fn(
      async () =>
        ({ postId }: { postId: string | null }) =>
          postId === null ? undefined : told,
    ),
  };
  const renderer = new EmailRenderer(
    users as UsersService,
    sessions as unknown as SessionsRepository,
    tokens,
    news as unknown as PostNewsReader,
    settings,
  );
  return { renderer, tokens, sessions, news };
}

async function render(contact: ContactRow, overrides: NodeJS.ProcessEnv = {}): Promise<RenderedEmail> {
  const rendered = await rendererFor([contact], overrides).renderer.render(WELCOME);
  if (!rendered) throw new Error('Nothing was rendered');
  return rendered;
}

const linksOf = (text: string): string[] => [...text.matchAll(/https?:\/\/[^\s"<]+/g)].map(([link]) => link);

const tagsOf = (markup: string): string[] => markup.match(/<[^>]*>/g) ?? [];

describe('letters', () => {
  it.each(EMAIL_KINDS)('of the kind %s say everything that a mail needs', (kind) => {
    const url = 'https://example.com/verify';
    const { link, write } = LETTERS[kind];
    const news = kind === 'new-post' ? NEWS : undefined;
    const facts = { name: 'Ada', pendingEmail: 'new@example.com', role: 'editor', device: 'Firefox', news, url };
    const letter = write(facts);
    expect(letter.subject).not.toBe('');
    expect(letter.subject).not.toContain('\n');
    // A letter has a link exactly where it says what the link is for, or is about a post.
    expect(letter.action?.url).toBe(news?.url ?? (link && url));
    expect(letter.paragraphs.length).toBeGreaterThan(0);
    expect(letter.reason).not.toBe('');
  });
});

describe('the layout', () => {
  it('says the same in HTML and in plain text, and leads to the same place', () => {
    const [asHtml, asText] = [htmlLetter(LETTER).text, textLetter(LETTER)];
    for (const words of ['Hello,', 'one.', 'two.', 'Open', 'Because.']) {
      expect(asHtml).toContain(words);
      expect(asText).toContain(words);
    }
    expect(new Set([...linksOf(asHtml), ...linksOf(asText)])).toEqual(new Set([LETTER.action?.url]));
  });

  it('has no link without an action', () => {
    const letter = { ...LETTER, action: undefined };
    expect(linksOf(htmlLetter(letter).text)).toEqual([]);
    expect(htmlLetter(letter).text).not.toContain('undefined');
    expect(textLetter(letter)).toBe('Hello,\n\none.\n\ntwo.\n\n-- \nBecause.\n');
  });

  it('leads out of mails that one can do without, in both forms', () => {
    const unsubscribeUrl = 'https://example.com/unsubscribe?token=a-b_c&x=1';
    const letter = { ...LETTER, action: undefined, unsubscribeUrl };
    expect(htmlLetter(letter).text).toContain(
      '<a href="https://example.com/unsubscribe?token=a-b_c&amp;x=1">Unsubscribe</a>',
    );
    expect(linksOf(textLetter(letter))).toEqual([unsubscribeUrl]);
    expect(textLetter(LETTER)).not.toContain('Unsubscribe');
    expect(htmlLetter(LETTER).text).not.toContain('Unsubscribe');
  });

  it('loads nothing from anywhere, so that opening a mail tells nobody', () => {
    expect(htmlLetter(LETTER).text).not.toMatch(/<(img|link|script|iframe|style)|url\(|src=/i);
  });
});

describe('EmailRenderer', () => {
  it('leads to the page for verification with the token of this very mail', async () => {
    const { renderer, tokens } = rendererFor([ADA]);
    const { html, text } = (await renderer.render(WELCOME)) ?? { html: '', text: '' };
    const link = `http://localhost:3000/verify?token=${tokens.derive('verify', ADA, OWED)}`;
    expect(new Set(linksOf(html))).toEqual(new Set([link]));
    expect(linksOf(text)).toEqual([link]);
  });

  it.each([
    { settings: { PUBLIC_URL: 'https://news.example/' }, begins: 'https://news.example/verify?token=' },
    { settings: { PUBLIC_URL: 'https://news.example/blog' }, begins: 'https://news.example/blog/verify?token=' },
    { settings: { VERIFY_URL: 'https://app.example/confirm' }, begins: 'https://app.example/confirm?token=' },
    {
      settings: { VERIFY_URL: 'https://app.example/?page=confirm' },
      begins: 'https://app.example/?page=confirm&token=',
    },
  ])('makes links that begin with $begins', async ({ settings, begins }) => {
    const { text } = await render(ADA, settings);
    expect(linksOf(text)).toEqual([expect.stringContaining(begins)]);
  });

  it('renders the same mail the same way each time', async () => {
    expect(await render(ADA)).toEqual(await render({ ...ADA }));
  });

  it.each([
    { fullName: 'Ada Lovelace', greeting: 'Hello Ada Lovelace,' },
    { fullName: null, greeting: 'Hello ada,' },
  ])('greets $fullName by name, or by username', async ({ fullName, greeting }) => {
    const { html, text } = await render({ ...ADA, fullName });
    expect(html).toContain(`<p>${greeting}</p>`);
    expect(text).toContain(greeting);
  });

  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</p></div></body></html>',
    '<a href="https://evil.example">click</a>',
    '&lt;b&gt;',
    '${7*7} {{7*7}} <%= 7 %>',
  ])('keeps the hostile name %s a text', async (fullName) => {
    const { html, text, subject } = await render({ ...ADA, fullName });
    const plain = await render(ADA);
    expect(tagsOf(html)).toEqual(tagsOf(plain.html));
    expect(subject).toBe(plain.subject);
    expect(text).toContain(`Hello ${fullName},`);
  });

  it('renders nothing for an account that is gone', async () => {
    expect(await rendererFor([]).renderer.render(WELCOME)).toBeUndefined();
  });

  const KINDS = [
    { kind: 'welcome', page: 'verify', purpose: 'verify' },
    { kind: 'verify', page: 'verify', purpose: 'verify' },
    { kind: 'email-change', page: 'verify', purpose: 'change-email' },
    { kind: 'password-reset', page: 'reset', purpose: 'reset' },
    { kind: 'invitation', page: 'reset', purpose: 'invite' },
  ] as const;

  it.each(KINDS)('leads from $kind to /$page, by a link to $purpose', async ({ kind, page, purpose }) => {
    const changing = { ...ADA, pendingEmail: 'new@example.com' };
    const { renderer, tokens } = rendererFor([changing]);
    const toAddress = kind === 'email-change' ? 'new@example.com' : ADA.email;
    const { html, text } = (await renderer.render({ ...WELCOME, kind, toAddress })) ?? { html: '', text: '' };
    const link = `http://localhost:3000/${page}?token=${tokens.derive(purpose, changing, OWED)}`;
    expect(new Set([...linksOf(html), ...linksOf(text)])).toEqual(new Set([link]));
  });

  const linked = new Set<EmailKind>(KINDS.map(({ kind }) => kind));

  it.each(EMAIL_KINDS.filter((kind) => !linked.has(kind) && kind !== 'new-post'))(
    'has no link in %s, nor a token',
    async (kind) => {
      const { renderer } = rendererFor([{ ...ADA, pendingEmail: 'new@example.com' }], {}, [SESSION]);
      const rendered = await renderer.render({ ...WELCOME, kind, facts: { sessionId: SESSION.id } });
      expect(linksOf(rendered?.text ?? '')).toEqual([]);
      expect(linksOf(rendered?.html ?? '')).toEqual([]);
      expect(rendered?.text).not.toMatch(/[\w-]{40}/);
      expect(rendered?.unsubscribeUrl).toBeUndefined();
    },
  );

  it('leads from a mail about a post to the post, and out of such mails, and nowhere else', async () => {
    const { renderer, news } = rendererFor([ADA]);
    const rendered = await renderer.render(NEW_POST);
    expect(rendered?.subject).toBe('Bob: How the penny press began');
    expect(rendered?.text).toContain(NEWS.excerpt);
    for (const form of [rendered?.html, rendered?.text])
      expect(new Set(linksOf(form ?? ''))).toEqual(new Set([NEWS.url, NEWS.unsubscribeUrl]));
    expect(rendered?.unsubscribeUrl).toBe(NEWS.unsubscribeUrl);
    expect(news.readerFor.mock.calls).toEqual([[[NEW_POST]]]);
  });

  it('renders no mail about a post that there is no news of', async () => {
    const { renderer, news } = rendererFor([ADA]);
    news.readerFor.mockResolvedValue(() => undefined);
    expect(await renderer.render(NEW_POST)).toBeUndefined();
    expect(await renderer.render(WELCOME)).toBeDefined();
  });

  it('keeps the hostile title, excerpt and author of a post texts', async () => {
    const hostile = '<img src=x onerror=alert(1)> "\'</p>';
    const told = { ...NEWS, title: hostile, excerpt: hostile, author: hostile };
    const rendered = await rendererFor([ADA], {}, [], told).renderer.render(NEW_POST);
    const plain = await rendererFor([ADA]).renderer.render(NEW_POST);
    expect(tagsOf(rendered?.html ?? '')).toEqual(tagsOf(plain?.html ?? ''));
    expect(rendered?.text).toContain(hostile);
  });

  it('leads to RESET_URL where a password is to be set, and nowhere else', async () => {
    const settings = { RESET_URL: 'https://app.example/new-password', VERIFY_URL: 'https://app.example/confirm' };
    const { renderer } = rendererFor([{ ...ADA, pendingEmail: 'new@example.com' }], settings);
    for (const { kind, page } of KINDS) {
      const toAddress = kind === 'email-change' ? 'new@example.com' : ADA.email;
      const { text } = (await renderer.render({ ...WELCOME, kind, toAddress })) ?? { text: '' };
      const begins = page === 'reset' ? settings.RESET_URL : settings.VERIFY_URL;
      expect(linksOf(text)).toEqual([expect.stringContaining(`${begins}?token=`)]);
    }
  });

  it.each(['new-sign-in', 'refresh-reused'] as const)('says in %s which device it was', async (kind) => {
    const { renderer, sessions } = rendererFor([ADA], {}, [SESSION]);
    const { text } = (await renderer.render({ ...WELCOME, kind, facts: { sessionId: SESSION.id } })) ?? { text: '' };
    expect(text.replaceAll(/\s+/g, ' ')).toContain('Firefox, at 203.0.113.7, Sun, 01 Mar 2026 11:59:00 GMT');
    expect(sessions.devices.mock.calls).toEqual([[[SESSION.id]]]);
  });

  it.each([
    {
      name: 'has no name and no address',
      stored: [{ ...SESSION, userAgent: null, ip: null }],
      says: 'an unnamed program, at an unknown address',
    },
    { name: 'is gone', stored: [], says: 'unknown' },
  ])('says so where the device $name', async ({ stored, says }) => {
    const { renderer } = rendererFor([ADA], {}, stored);
    const email = { ...WELCOME, kind: 'new-sign-in', facts: { sessionId: SESSION.id } } as const;
    expect((await renderer.render(email))?.text.replaceAll(/\s+/g, ' ')).toContain(says);
  });

  it('keeps the hostile name of a program a text', async () => {
    const hostile = { ...SESSION, userAgent: '<img src=x onerror=alert(1)> https://evil.example/' };
    const email = { ...WELCOME, kind: 'new-sign-in', facts: { sessionId: SESSION.id } } as const;
    const rendered = await rendererFor([ADA], {}, [hostile]).renderer.render(email);
    const plain = await rendererFor([ADA], {}, [SESSION]).renderer.render(email);
    expect(tagsOf(rendered?.html ?? '')).toEqual(tagsOf(plain?.html ?? ''));
  });

  it('asks for no devices where no mail needs one', async () => {
    const { renderer, sessions } = rendererFor([ADA]);
    await renderer.renderAll([WELCOME, WELCOME]);
    expect(sessions.devices).not.toHaveBeenCalled();
  });

  it('tells the old address which one is to take its place', async () => {
    const { renderer } = rendererFor([{ ...ADA, pendingEmail: 'new@example.com' }]);
    expect((await renderer.render({ ...WELCOME, kind: 'email-change-notice' }))?.text).toContain('new@example.com');
  });

  it('tells the role', async () => {
    const { renderer } = rendererFor([{ ...ADA, role: 'editor' }]);
    expect((await renderer.render({ ...WELCOME, kind: 'role-changed' }))?.text).toContain('editor');
  });

  it('writes to a deleted account that it was deleted, and nothing else', async () => {
    const { renderer } = rendererFor([{ ...ADA, deletedAt: OWED }]);
    const rendered = await renderer.renderAll(EMAIL_KINDS.map((kind) => ({ ...WELCOME, kind })));
    const written = EMAIL_KINDS.filter((_kind, index) => rendered[index] !== undefined);
    expect(written).toEqual(['account-deleted']);
  });

  it('renders many in their order, whatever order their accounts come in', async () => {
    const bob = { ...ADA, id: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a12', fullName: 'Bob' };
    const { renderer } = rendererFor([bob, ADA]);
    const gone = { ...WELCOME, userId: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a13' };
    const rendered = await renderer.renderAll([WELCOME, gone, { ...WELCOME, userId: bob.id }, WELCOME]);
    expect(rendered.map((letter) => /Hello (.+),/.exec(letter?.text ?? '')?.[1])).toEqual([
      'Ada Lovelace',
      undefined,
      'Bob',
      'Ada Lovelace',
    ]);
  });

  it('is readable to a mail program', async () => {
    const { html } = await render(ADA);
    const parsed = await PostalMime.parse(`Content-Type: text/html; charset=utf-8\r\n\r\n${html}`);
    expect(parsed.html).toContain('Confirm my address');
  });

  describe('for an address that is not the one any more', () => {
    it('has no link that confirms another one in its place', async () => {
      // Owed to first@example.com and tried again after the account has named second@example.com.
      const { renderer, tokens } = rendererFor([{ ...ADA, pendingEmail: 'second@example.com' }]);
      const email = { ...WELCOME, kind: 'email-change', toAddress: 'first@example.com' } as const;
      const token = tokens.derive('change-email', { ...ADA, pendingEmail: 'second@example.com' }, OWED);
      expect((await renderer.render(email))?.text ?? '').not.toContain(token);
    });

    it('has no link that sets the password', async () => {
      // Owed to the former address, and tried again after the account has another one.
      const { renderer, tokens } = rendererFor([{ ...ADA, email: 'new@example.com' }]);
      const email = { ...WELCOME, kind: 'password-reset', toAddress: 'ada@example.com' } as const;
      const token = tokens.derive('reset', { ...ADA, email: 'new@example.com' }, OWED);
      expect((await renderer.render(email))?.text ?? '').not.toContain(token);
    });
  });
});
