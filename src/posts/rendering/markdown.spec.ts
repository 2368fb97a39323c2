import { renderMarkdown } from './markdown.js';

describe('renderMarkdown', () => {
  it('shows a text as it was written that is nested deeper than anybody reads', () => {
    const text = `${'**'.repeat(5_000)}a${'**'.repeat(5_000)}`;
    expect(renderMarkdown(text)).toBe(`<pre>${text}</pre>`);
    const html = `${'<b>'.repeat(101)}&<script>`;
    expect(renderMarkdown(html)).toBe(`<pre>${'&lt;b&gt;'.repeat(101)}&amp;&lt;script&gt;</pre>`);
  });

  it.each([
    { name: 'many paragraphs', text: 'a\n\n'.repeat(500), found: '<p>a</p>' },
    { name: 'many images', text: '![](https://example.com/a.png)\n'.repeat(500), found: '<img ' },
    { name: 'many paragraphs of HTML that are never closed', text: '<p>a\n'.repeat(500), found: '<p>a\n</p>' },
    { name: 'elements one after another', text: '**a** *b* '.repeat(500), found: '<strong>a</strong> <em>b</em>' },
    { name: 'a quotation in a quotation', text: `${'> '.repeat(30)}a`, found: '<blockquote>' },
  ])('renders $name', ({ text, found }) => {
    expect(renderMarkdown(text)).toContain(found);
    expect(renderMarkdown(text)).not.toContain('<pre>');
  });

  it('answers the same the second time', () => {
    const text = '# A *title* <script>alert(1)</script>';
    expect(renderMarkdown(text)).toBe(renderMarkdown(text));
    expect(renderMarkdown(text)).toBe('<h1>A <em>title</em> </h1>\n');
  });
});
