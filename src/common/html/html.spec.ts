import { Html, html } from './html.js';

describe('html', () => {
  it.each([
    { value: '<script>alert(1)</script>', text: '&lt;script&gt;alert(1)&lt;/script&gt;' },
    { value: '" onclick="x', text: '&quot; onclick=&quot;x' },
    { value: "' onclick='x", text: '&#39; onclick=&#39;x' },
    { value: 'a & b &amp; c', text: 'a &amp; b &amp;amp; c' },
    { value: 'Zoë 🗞️', text: 'Zoë 🗞️' },
    { value: '', text: '' },
    { value: 0, text: '0' },
    { value: undefined, text: '' },
    { value: new Html('<b>bold</b>'), text: '<b>bold</b>' },
    { value: ['<', new Html('<br>'), ['>', undefined, 7]], text: '&lt;<br>&gt;7' },
    { value: [], text: '' },
  ])('puts $value in as $text', ({ value, text }) => {
    expect(html`<p title="${value}">${value}</p>`.text).toBe(`<p title="${text}">${text}</p>`);
  });

  it('does not escape twice what was a template before', () => {
    const name = html`<b>${'<Ada>'}</b>`;
    expect(html`<p>${name}</p>`.text).toBe('<p><b>&lt;Ada&gt;</b></p>');
  });

  it('leaves a template without values as it is', () => {
    expect(html`<hr class="a & b" />`.text).toBe('<hr class="a & b" />');
  });
});
