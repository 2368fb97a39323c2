import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { elementsOf, faultsOf } from './support/html-check.js';
import { POSTS, writePost } from './support/posts.js';

describe('a post as HTML', () => {
  let api: TestApi;
  let ada: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
  });

  afterAll(() => api.stop());

  async function render(content: string): Promise<string> {
    const { path } = await writePost(ada.client, { content, published: true });
    const { status, body } = await api.client().get(`${path}?format=html`);
    expect(status).toBe(200);
    return body.content;
  }

  const VECTORS = [
    '<script>alert(1)</script>',
    '<ScRiPt src=//evil.test/x.js></sCrIpT>',
    '<script\n>alert(1)</script\n>',
    '<scr<script>ipt>alert(1)</scr</script>ipt>',
    '<<script>alert(1)//<</script>',
    '<script/x>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<img/src="x"/onerror=alert(1)>',
    '<img src="x" ONERROR="alert(1)" onload=1>',
    '<img src=`x` onerror=alert(1)>',
    '<img src=x:alert(1) style="x:expression(alert(1))">',
    '<img srcset="https://evil.test/a 1x, javascript:alert(1) 2x" src="https://a.test/b">',
    '<img src="data:image/svg+xml;base64,PHN2Zy9vbmxvYWQ9YWxlcnQoMSk+">',
    '<img src="mailto:a@b.test"><img src=//evil.test/pixel.gif><img src="\\\\evil.test/a">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href=" \u0001javascript:alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a>',
    '<a href="java&Tab;script&colon;alert(1)">x</a>',
    '<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)">x</a>',
    '<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)">x</a>',
    '<a href="javascript&#0000058alert(1)">x</a>',
    '<a href="vbscript:msgbox(1)">x</a><a href="livescript:x">y</a><a href="file:///etc/passwd">z</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="blob:https://a.test/1">x</a><a href="view-source:javascript:1">y</a>',
    '<a href="//evil.test">x</a><a href="/\\evil.test">x</a><a href="/\t/evil.test">x</a>',
    '<a href="https://a.test" onclick="alert(1)" target="_blank" style="x" id="y" name="z" ping="//evil.test">x</a>',
    '<a href="https://a.test" rel="opener" download>x</a>',
    '<svg onload=alert(1)><animate onbegin=alert(1) attributeName=x></svg>',
    '<svg><script href="data:,alert(1)"/></svg>',
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    '<svg><style><img src=x onerror=alert(1)></style></svg>',
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
    '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<style>@import "//evil.test/x.css"; body{background:url(javascript:1)}</style>',
    '<p style="background:url(https://evil.test)">x</p><p class="masthead" id="x">y</p>',
    '<iframe src="javascript:alert(1)"></iframe><iframe srcdoc="<script>alert(1)</script>">',
    '<object data="javascript:alert(1)"></object><embed src="javascript:alert(1)"><applet code=x>',
    '<form action="https://evil.test"><input name=password autofocus onfocus=alert(1)><button formaction=javascript:1>',
    '<base href="https://evil.test/"><meta http-equiv=refresh content="0;url=javascript:alert(1)"><link rel=stylesheet href=x>',
    '<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)><video poster=javascript:1>',
    '<details open ontoggle=alert(1)><summary onclick=1>x</summary></details>',
    '<marquee onstart=alert(1)>x</marquee><body onload=alert(1)><html onclick=1>',
    '<template><script>alert(1)</script></template><slot onclick=1><portal src=x><dialog open>',
    '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
    '<title><img title="</title><img src=x onerror=alert(1)>"></title>',
    '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp><plaintext><script>',
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    '<!--><script>alert(1)</script>--><!--!><img src=x onerror=1>',
    '<![CDATA[<script>alert(1)</script>]]><?php echo 1 ?><!DOCTYPE x [<!ENTITY a "b">]>',
    '<p title="<img src=x onerror=alert(1)>">x',
    '<table><td background="javascript:alert(1)"><tr onclick=1></table>',
    '<table><style><a title="</style><img src=x onerror=1>">',
    '<blockquote cite="javascript:alert(1)">x</blockquote><q cite="javascript:1">x</q>',
    '<code class="language-js evil" onclick=1>x</code><code class="language-x masthead">x</code>',
    '<ol start="1" onclick=1 type=a reversed><li value=javascript:1>x</ol>',
    '<x-evil onclick=1><a is="x-evil" href="https://a.test">x</a>',
    '<img alt="`><script>alert(1)</script>`" src="https://a.test/x">',
    '\u0000<script>\u0000alert(1)</script>'.replaceAll('\u0000', '\u0007'),
    '[x](javascript:alert(1))',
    '[x](JAVASCRIPT:alert(1) "t")',
    '[x](<java script:alert(1)>)',
    '[x](javascript&colon;alert(1))',
    '[x](&#x6A;avascript:alert(1))',
    '[x](\\javascript:alert(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=) [y](vbscript:x) [z](//evil.test)',
    '[x](https://a.test "\\"onmouseover=alert(1) x=\\"")',
    '[x](https://a.test\\"onmouseover=alert(1))',
    '[x][r]\n\n[r]: javascript:alert(1)',
    '[x][r]\n\n[r]: <data:text/html,x> "</a><script>alert(1)</script>"',
    '![x](javascript:alert(1)) ![y](data:image/svg+xml,<svg/onload=alert(1)>)',
    '![x" onerror="alert(1)](https://a.test/x)',
    '![<img src=x onerror=alert(1)>](https://a.test/x "<script>")',
    '![x][i]\n\n[i]: //evil.test/pixel "t"',
    '<javascript:alert(1)> <data:text/html,x> <vbscript:x>',
    '<https://a.test/"onclick="alert(1)> https://a.test/"onclick="alert(1)',
    'javascript:alert(1) www.a.test<script>alert(1)</script> a@b.test"onclick=1',
    '```js" onclick="alert(1)\nx\n```',
    '```<script>\n</code></pre><script>alert(1)</script>\n```',
    '`<script>alert(1)</script>` ``</code><img src=x onerror=1>``',
    '    </code></pre><script>alert(1)</script>',
    '| <script> | <img src=x onerror=1> |\n|---|---|\n| [x](javascript:1) | </td><script>1</script> |',
    '# <script>alert(1)</script>\n> <img src=x onerror=1>\n- <svg/onload=1>',
    '**<script>**alert(1)**</script>** ~~<iframe~~ src=x>',
    '&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;img src=x onerror=1&amp;gt;',
  ];

  it.each(VECTORS)('is harmless: %j', async (vector) => {
    for (const content of [vector, `Text ${vector} text`, `<div>\n${vector}\n\n${vector}`]) {
      const html = await render(content);
      expect(faultsOf(html)).toEqual([]);
      // Read a second time, as by a page that puts it into another one.
      expect(faultsOf(`<div><svg><p>${html}`).filter((fault) => !/^<(div|svg)>$/.test(fault))).toEqual([]);
    }
  });

  it('is held against a check that finds faults', () => {
    for (const html of [
      '<script>',
      '<p onclick=1>',
      '<a href="java\nscript:x">',
      '<img src=//evil.test>',
      '<P STYLE=x>',
    ])
      expect(faultsOf(html)).toHaveLength(1);
    expect(faultsOf('<a href="https://a.test">x</a><a href="#x">y</a><img src="/a.png">')).toEqual([]);
  });

  it.each([
    ['# One\n\nTwo *three* **four** ~~five~~', ['h1', 'p', 'em', 'strong', 's']],
    ['- a\n- b\n\n3. c', ['ul', 'li', 'li', 'ol', 'li']],
    ['> quoted\n\n---', ['blockquote', 'p', 'hr']],
    ['a  \nb', ['p', 'br']],
    ['<kbd>Ctrl</kbd> H<sub>2</sub>O', ['p', 'kbd', 'sub']],
    ['<details>\n<summary>More</summary>\n\nText\n\n</details>', ['details', 'summary', 'p']],
  ])('keeps what Markdown means: %j', async (content, names) => {
    expect(elementsOf(await render(content)).map(({ name }) => name)).toEqual(names);
  });

  it('keeps links, which vouch for nobody', async () => {
    const rel = 'nofollow noopener noreferrer';
    const html = await render(
      '[a](https://a.test/?b=1&c=2#d "T") <mailto:a@b.test> https://c.test [rel](/p/x) [here](#y)',
    );
    expect(
      elementsOf(html)
        .filter(({ name }) => name === 'a')
        .map(({ attributes }) => attributes),
    ).toEqual([
      { href: 'https://a.test/?b=1&c=2#d', title: 'T', rel },
      { href: 'mailto:a@b.test', rel },
      { href: 'https://c.test', rel },
      { href: '/p/x', rel },
      { href: '#y', rel },
    ]);
  });

  it('keeps images, tables, and the language of code', async () => {
    const image = elementsOf(await render('![An ox](https://a.test/ox.png "Ox")')).find(({ name }) => name === 'img');
    expect(image?.attributes).toEqual({ src: 'https://a.test/ox.png', alt: 'An ox', title: 'Ox', loading: 'lazy' });
    const table = await render('| a | b |\n|---|:-:|\n| 1 | 2 |');
    expect(elementsOf(table).map(({ name }) => name)).toEqual([
      'table',
      'thead',
      'tr',
      'th',
      'th',
      'tbody',
      'tr',
      'td',
      'td',
    ]);
    for (const language of ['ts', 'c++', 'c#', 'objective-c'])
      expect(await render(`\`\`\`${language}\nif (a < b && c) {}\n\`\`\``)).toBe(
        `<pre><code class="language-${language}">if (a &lt; b &amp;&amp; c) {}\n</code></pre>\n`,
      );
  });

  it('changes nothing of the post itself, and has a validator of its own', async () => {
    const content = '# <script>alert(1)</script>';
    const { path, etag } = await writePost(ada.client, { content, published: true });
    const [markdown, html] = [await api.client().get(path), await api.client().get(`${path}?format=html`)];
    expect(markdown.body.content).toBe(content);
    expect((await api.client().get(`${path}?format=markdown`)).body).toEqual(markdown.body);
    expect({ ...html.body, content }).toEqual(markdown.body);
    const htmlTag = html.headers.get('etag') ?? '';
    expect(htmlTag).not.toBe(etag);
    const ask = (format: string, tag: string) =>
      api.client().get(`${path}?format=${format}`, { headers: { 'if-none-match': tag } });
    expect((await ask('html', htmlTag)).status).toBe(304);
    expect((await ask('html', etag)).status).toBe(200);
    expect((await ask('markdown', htmlTag)).status).toBe(200);
    const changed = await ada.client.patch(path, { title: 'x' }, { headers: { 'if-match': htmlTag } });
    expect(changed.status).toBe(200);
    expect((await ada.client.patch(path, { title: 'y' }, { headers: { 'if-match': htmlTag } })).status).toBe(412);
  });

  it.each(['format=', 'format=HTML', 'format=pdf', 'format=html&format=html', 'fields=id'])(
    'refuses ?%s',
    async (query) => {
      const { path } = await writePost(ada.client, { published: true });
      expect((await api.client().get(`${path}?${query}`)).status).toBe(422);
    },
  );

  it.each([
    '[',
    '![',
    '*a ',
    '**a*',
    '*_',
    '~~a',
    '>',
    '> ',
    '`',
    '`a',
    '](',
    '<',
    '<!--',
    '<a href="',
    'http://',
    'a@',
    '&',
    '|',
    'a|b\n',
    '- ',
    '  - ',
    '\\',
    '[a]: b\n',
    '[[]]',
    '<b>',
    '<a><b>',
    '<div>',
    '</b>',
    '<svg><math>',
    '"',
    '***',
  ])('is made in time of 200,000 characters of %j', async (piece) => {
    const content = piece.repeat(200_000 / piece.length);
    const { path } = await writePost(ada.client, { content, published: true });
    const begun = performance.now();
    const { status, body } = await api.client().get(`${path}?format=html`);
    expect(status).toBe(200);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(faultsOf(body.content)).toEqual([]);
    await ada.client.delete(path);
  });

  it('is not made of what a stranger may not read', async () => {
    const { id } = await writePost(ada.client, { content: 'secret' });
    expect((await api.client().get(`${POSTS}/${id}?format=html`)).status).toBe(404);
  });
});
