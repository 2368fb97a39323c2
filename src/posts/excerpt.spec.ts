import { excerptFrom, MAX_EXCERPT_LENGTH } from './excerpt.js';

const HUGE = 200_000;

describe('excerptFrom', () => {
  it.each([
    { name: 'plain text', content: 'Just a line.', excerpt: 'Just a line.' },
    {
      name: 'emphasis',
      content: 'In **1833** a *newspaper* cost ~~two~~ `one` penny.',
      excerpt: 'In 1833 a newspaper cost two one penny.',
    },
    { name: 'headings', content: '# Title\n\n## Part\nText', excerpt: 'Title Part Text' },
    { name: 'lists', content: '- one\n* two\n+ three\n1. four\n2) five', excerpt: 'one two three four five' },
    { name: 'a quotation', content: '> Said she.\n> And he.', excerpt: 'Said she. And he.' },
    { name: 'a link', content: 'See [the page](https://example.com "T").', excerpt: 'See the page.' },
    { name: 'an image', content: 'A ![alt text](a.png) picture', excerpt: 'A picture' },
    { name: 'a linked image', content: '[![alt](a.png)](https://example.com)', excerpt: '' },
    { name: 'HTML', content: '<div class="x">Text<br/>more</div>', excerpt: 'Text more' },
    { name: 'a fence', content: 'Before\n```js\nconst a = 1;\n```\nafter', excerpt: 'Before after' },
    { name: 'a fence of tildes', content: '~~~\ncode\n~~~\nafter', excerpt: 'after' },
    { name: 'a fence that never ends', content: 'Before\n```\ncode', excerpt: 'Before' },
    { name: 'a table', content: '| a | b |\n|---|---|\n| c | d |', excerpt: 'a b c d' },
    { name: 'scripts', content: '<script>alert(1)</script>\n\nText', excerpt: 'Text' },
    { name: 'characters that HTML escapes', content: 'a & b < c > d "e"', excerpt: 'a & b < c > d "e"' },
    { name: 'many blanks', content: ' \n\n a \t b \r\n\n c ', excerpt: 'a b c' },
    { name: 'nothing', content: '', excerpt: '' },
    { name: 'Markdown without words', content: '# \n***\n---', excerpt: '' },
    { name: 'numbers that are no list', content: 'In 1833. Or 7) later', excerpt: 'In 1833. Or 7) later' },
  ])('takes the words out of $name', ({ content, excerpt }) => {
    expect(excerptFrom(content)).toBe(excerpt);
  });

  it('keeps a text of 200 characters whole', () => {
    const content = `${'word '.repeat(39)}words`;
    expect(content).toHaveLength(200);
    expect(excerptFrom(content)).toBe(content);
  });

  it('cuts a longer one between words, and says so', () => {
    const excerpt = excerptFrom('word '.repeat(100));
    expect(excerpt).toBe(`${'word '.repeat(39)}word…`);
  });

  it('cuts a word that is longer than all', () => {
    expect(excerptFrom('x'.repeat(1_000))).toBe(`${'x'.repeat(200)}…`);
  });

  it('never cuts a character in half', () => {
    const excerpt = excerptFrom('🗞'.repeat(1_000));
    expect(excerpt).toBe(`${'🗞'.repeat(200)}…`);
    expect(excerpt.isWellFormed()).toBe(true);
  });

  it('does the same to its own outcome, as what was made is told from what was written', () => {
    const content = '# Title\n\nSome **words** of [a text](https://example.com).';
    expect(excerptFrom(content)).toBe(excerptFrom(content));
    expect(excerptFrom(excerptFrom(content))).toBe(excerptFrom(content));
  });

  // Each makes a backtracking expression run for minutes; a run that takes that long fails by the limit of Jest.
  it.each([
    { name: 'brackets', content: '['.repeat(HUGE) },
    { name: 'brackets and parentheses', content: '[a]('.repeat(HUGE / 4) },
    { name: 'images', content: '!['.repeat(HUGE / 2) },
    { name: 'angle brackets', content: '<'.repeat(HUGE) },
    { name: 'fences', content: '```\n'.repeat(HUGE / 4) },
    { name: 'both kinds of fences', content: '```\n~~~\n'.repeat(HUGE / 8) },
    { name: 'backticks', content: '`'.repeat(HUGE) },
    { name: 'stars and blanks', content: '* '.repeat(HUGE / 2) },
    { name: 'blanks', content: ' '.repeat(HUGE) },
    { name: 'line breaks', content: '\n'.repeat(HUGE) },
    { name: 'blanks before a word', content: `${' '.repeat(HUGE)}x` },
    { name: 'digits', content: '1'.repeat(HUGE) },
    { name: 'numbers', content: '1. '.repeat(HUGE / 3) },
    { name: 'signs', content: '#'.repeat(HUGE) },
    { name: 'quotations', content: '>'.repeat(HUGE) },
    { name: 'long words with blanks', content: `${'x'.repeat(199)} `.repeat(HUGE / 200) },
  ])('comes to an end with nothing but $name', ({ content }) => {
    expect(excerptFrom(content).length).toBeLessThanOrEqual(MAX_EXCERPT_LENGTH);
  });
});
