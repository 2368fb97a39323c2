import { isUuid } from '../../common/ids/uuid.js';
import { MAX_SLUG_LENGTH, numberedSlug, SLUG_PATTERN, slugFrom } from './slug.js';

describe('slugFrom', () => {
  it.each([
    { title: 'How the Penny Press Began', slug: 'how-the-penny-press-began' },
    { title: '  Hello,   World!  ', slug: 'hello-world' },
    { title: "Don't panic: it’s fine", slug: 'dont-panic-its-fine' },
    { title: 'C++ & C# in 2026', slug: 'c-c-in-2026' },
    { title: '-- a -- b --', slug: 'a-b' },
    { title: '100%', slug: '100' },
    { title: '../../etc/passwd', slug: 'etc-passwd' },
    { title: '<script>alert(1)</script>', slug: 'script-alert-1-script' },
    { title: 'Crème brûlée à Zürich', slug: 'creme-brulee-a-zurich' },
    { title: 'Cre\u0300me', slug: 'creme' },
    { title: 'Straße', slug: 'strasse' },
    { title: 'Łódź, Kraków', slug: 'lodz-krakow' },
    { title: 'İstanbul', slug: 'istanbul' },
    { title: 'Привет, мир', slug: 'privet-mir' },
    { title: 'Καλημέρα κόσμε', slug: 'kalimera-kosme' },
  ])('makes $slug of "$title"', ({ title, slug }) => {
    expect(slugFrom(title)).toBe(slug);
  });

  it.each([
    { script: 'Chinese', title: '你好世界' },
    { script: 'Japanese', title: 'こんにちは世界' },
    { script: 'Korean', title: '안녕하세요 세계' },
    { script: 'Arabic', title: 'مرحبا بالعالم' },
    { script: 'Hebrew', title: 'שלום עולם' },
    { script: 'Hindi', title: 'नमस्ते दुनिया' },
    { script: 'Thai', title: 'สวัสดีชาวโลก' },
    { script: 'Amharic', title: 'ሰላም ልዑል' },
    { script: 'Georgian', title: 'გამარჯობა მსოფლიო' },
    { script: 'Armenian', title: 'Բարեւ աշխարհ' },
    { script: 'emoji', title: '🎉🚀' },
  ])('makes readable letters of $script', ({ title }) => {
    const slug = slugFrom(title);
    expect(slug).toMatch(SLUG_PATTERN);
    expect(slug).not.toBe('post');
  });

  it.each(['', '   ', '!!!', '---', '\u200B\u200B', '\u0301'])(
    'makes "post" of %j, where nothing readable remains',
    (title) => {
      expect(slugFrom(title)).toBe('post');
    },
  );

  it.each([
    '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55',
    '01970F40 1D5E 7C21 8A34 6B0C9E7D2F55',
    '(01970f40/1d5e/7c21/8a34/6b0c9e7d2f55)',
  ])('makes no id of %s', (title) => {
    const slug = slugFrom(title);
    expect(isUuid(slug)).toBe(false);
    expect(slug).toBe('post-01970f40-1d5e-7c21-8a34-6b0c9e7d2f55');
  });

  it.each([
    { name: 'one long word', title: 'x'.repeat(200) },
    { name: 'many words', title: 'ab '.repeat(66) },
    { name: 'a hyphen where it is cut', title: `${'x'.repeat(MAX_SLUG_LENGTH - 1)} yyy` },
    { name: 'characters that become several', title: '漢'.repeat(200) },
  ])('bounds the length of $name', ({ title }) => {
    const slug = slugFrom(title);
    expect(slug.length).toBeLessThanOrEqual(MAX_SLUG_LENGTH);
    expect(slug).toMatch(SLUG_PATTERN);
  });
});

describe('numberedSlug', () => {
  it.each([
    { slug: 'news', number: 2, numbered: 'news-2' },
    { slug: 'news-2', number: 3, numbered: 'news-2-3' },
    { slug: 'news', number: 'k3x9zz', numbered: 'news-k3x9zz' },
    { slug: 'x'.repeat(120), number: 2, numbered: `${'x'.repeat(118)}-2` },
    { slug: `${'x'.repeat(117)}-yy`, number: 2, numbered: `${'x'.repeat(117)}-2` },
  ])('makes $numbered', ({ slug, number, numbered }) => {
    expect(numberedSlug(slug, number)).toBe(numbered);
    expect(numbered).toMatch(SLUG_PATTERN);
  });
});

describe('SLUG_PATTERN', () => {
  it.each(['a', '7', 'a-b', 'a1-2b', '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55-2'])('takes %s', (slug) => {
    expect(slug).toMatch(SLUG_PATTERN);
  });

  it.each([
    '',
    '-',
    '-a',
    'a-',
    'a--b',
    'A',
    'ä',
    'a b',
    'a/b',
    'a.b',
    'a_b',
    'a\n',
    '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55',
  ])('refuses %j', (slug) => {
    expect(slug).not.toMatch(SLUG_PATTERN);
  });
});
