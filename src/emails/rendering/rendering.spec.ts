import PostalMime from 'postal-mime';
import { testSettings } from '../../../test/support/test-settings.js';
import { EmailVerificationTokens } from '../../auth/tokens/email-verification-tokens.js';
import { Keyring } from '../../core/keys/keyring.js';
import type { ContactRow } from '../../users/users.repository.js';
import type { UsersService } from '../../users/users.service.js';
import { EMAIL_KINDS } from '../email.entity.js';
import { EmailRenderer, type RenderedEmail } from './email-renderer.js';
import { htmlLetter, textLetter, type Letter } from './layout.js';
import { LETTERS } from './letters.js';

const OWED = new Date('2026-03-01T12:00:00Z');
const ADA: ContactRow = {
  id: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  email: 'ada@example.com',
  username: 'ada',
  fullName: 'Ada Lovelace',
  isActive: true,
  emailVerifiedAt: null,
  sessionsValidFrom: new Date('2026-02-01T00:00:00Z'),
};
const WELCOME = { kind: 'welcome', userId: ADA.id, createdAt: OWED } as const;

const LETTER: Letter = {
  subject: 'A subject',
  greeting: 'Hello,',
  paragraphs: ['one.', 'two.'],
  action: { label: 'Open', url: 'https://example.com/verify?token=a-b_c' },
  reason: 'Because.',
};

function rendererFor(contacts: ContactRow[], overrides: NodeJS.ProcessEnv = {}) {
  const settings = testSettings('postgres://localhost/x', overrides);
  const tokens = new EmailVerificationTokens(new Keyring(settings));
  const users = { contacts: async (ids: string[]) => contacts.filter(({ id }) => ids.includes(id)) };
  return { renderer: new EmailRenderer(users as UsersService, tokens, settings), tokens };
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
    const letter = LETTERS[kind]({ name: 'Ada', verifyUrl: 'https://example.com/verify' });
    expect(letter.subject).not.toBe('');
    expect(letter.subject).not.toContain('\n');
    expect(letter.greeting).toContain('Ada');
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

  it('loads nothing from anywhere, so that opening a mail tells nobody', () => {
    expect(htmlLetter(LETTER).text).not.toMatch(/<(img|link|script|iframe|style)|url\(|src=/i);
  });
});

describe('EmailRenderer', () => {
  it('leads to the page for verification with the token of this very mail', async () => {
    const { renderer, tokens } = rendererFor([ADA]);
    const { html, text } = (await renderer.render(WELCOME)) ?? { html: '', text: '' };
    const link = `http://localhost:3000/verify?token=${tokens.derive(ADA, OWED)}`;
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
});
