import { Parser } from 'htmlparser2';
import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { faultsOf } from './support/html-check.js';
import { writePost } from './support/posts.js';
import { expectHeader } from './support/scenarios.js';

interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: XmlElement[];
}

/** @throws Error where an element is not closed, or another one is */
function parseXml(xml: string): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, text: '', children: [] };
  const open = [root];
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        const element = { name, attributes: { ...attributes }, text: '', children: [] };
        open.at(-1)?.children.push(element);
        open.push(element);
      },
      ontext: (text) => {
        const element = open.at(-1);
        if (element) element.text += text;
      },
      onclosetag: (name, isImplied) => {
        const closed = open.pop();
        const isEmpty = closed?.text === '' && closed.children.length === 0;
        if (closed?.name !== name || (isImplied && !isEmpty)) throw new Error(`${name} is not closed where it should`);
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(xml);
  expect(open).toHaveLength(1);
  return root;
}

const childOf = ({ children }: XmlElement, name: string): XmlElement =>
  children.find((child) => child.name === name) ?? { name, attributes: {}, text: '(missing)', children: [] };
const textOf = (element: XmlElement, name: string): string => childOf(element, name).text.trim();

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('the feed', () => {
  let api: TestApi;
  let ada: Person;

  beforeAll(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    ada = await createPerson(api, 'ada');
  });

  beforeEach(async () => api.database.rows('DELETE FROM posts'));

  afterAll(() => api.stop());

  async function feed(): Promise<{ root: XmlElement; entries: XmlElement[]; text: string; headers: Headers }> {
    const { status, text, headers } = await api.client().get('/feed.xml');
    expect(status).toBe(200);
    const document = parseXml(text);
    const root = childOf(document, 'feed');
    return { root, entries: root.children.filter(({ name }) => name === 'entry'), text, headers };
  }

  it('is a feed without posts too', async () => {
    const { root, entries, text, headers } = await feed();
    expectHeader({ headers }, 'content-type', 'application/atom+xml; charset=utf-8');
    expect(text).toMatch(/^<\?xml version="1.0" encoding="utf-8"\?>/);
    expect(root.attributes['xmlns']).toBe('http://www.w3.org/2005/Atom');
    expect(entries).toEqual([]);
    for (const name of ['title', 'id', 'updated']) expect(textOf(root, name)).not.toMatch(/^$|missing/);
  });

  it('has what Atom requires, of the whole and of every entry', async () => {
    const { id, slug } = await writePost(ada.client, {
      title: 'A & B',
      content: '**Bold** & <b>',
      tags: ['c++'],
      published: true,
    });
    const { root, entries } = await feed();
    expect(textOf(root, 'id')).toBe('http://localhost:3000/feed.xml');
    expect(textOf(root, 'updated')).toMatch(TIME);
    const links = root.children.filter(({ name }) => name === 'link').map(({ attributes }) => attributes['rel']);
    expect(links).toEqual(['self', 'alternate']);
    const [entry] = entries as [XmlElement];
    expect(textOf(entry, 'id')).toBe(`urn:uuid:${id}`);
    expect(textOf(entry, 'title')).toBe('A & B');
    expect(textOf(entry, 'updated')).toMatch(TIME);
    expect(textOf(entry, 'published')).toMatch(TIME);
    expect(textOf(childOf(entry, 'author'), 'name')).toBe('ada');
    expect(childOf(entry, 'link').attributes['href']).toBe(`http://localhost:3000/p/${slug}`);
    expect(childOf(entry, 'category').attributes['term']).toBe('c++');
    expect(childOf(entry, 'content')).toMatchObject({ attributes: { type: 'html' } });
    expect(textOf(entry, 'content')).toContain('<strong>Bold</strong> &amp;');
  });

  it('has the twenty newest that are published, and no others', async () => {
    for (let number = 1; number <= 22; number += 1)
      await writePost(ada.client, { title: `Post ${number}`, published: true });
    await writePost(ada.client, { title: 'A draft' });
    await writePost(ada.client, { title: 'For later', publishAt: '2099-01-01T00:00:00Z' });
    const trashed = await writePost(ada.client, { title: 'Trashed', published: true });
    await ada.client.delete(trashed.path);
    const carl = await createPerson(api, 'carl');
    await writePost(carl.client, { title: 'Of one who left', published: true });
    await carl.client.delete('/api/v1/users/me');
    const { entries, text } = await feed();
    expect(entries.map((entry) => textOf(entry, 'title'))).toEqual(
      Array.from({ length: 20 }, (_, index) => `Post ${22 - index}`),
    );
    expect(text).not.toContain('example.com');
    for (const client of [ada.client]) expect((await client.get('/feed.xml')).text).toBe(text);
  });

  it.each([
    ['the end of CDATA', ']]> <![CDATA[ ]]&gt;'],
    ['markup', '</content></entry></feed><script>alert(1)</script>'],
    ['entities', '&nbsp; &amp; &#0; &#x1; &lt; &unknown; &'],
    ['controls', '\u0001\u0008\u000b\u000c\u001f\u007f\u0085\ufffe\uffff x'],
    ['processing instructions', '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>&a;'],
    ['characters outside the basic plane', '𝔗 👩‍🚀 \u{10FFFF} \u202e'],
  ])('is well-formed, and harmless, with %s', async (_name, content) => {
    const title = content.replaceAll(/[\p{Cc}\u202e]/gu, '').trim();
    await writePost(ada.client, { title, content, excerpt: content, published: true });
    const { entries, text } = await feed();
    expect(entries).toHaveLength(1);
    expect(text).not.toMatch(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u);
    expect(text.replaceAll(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
    expect(text).not.toMatch(/<script|<!|\]\]>/);
    const [entry] = entries as [XmlElement];
    expect(textOf(entry, 'title')).toBe(title.replaceAll(/[\ufffe\uffff]/g, '').trim());
    expect(faultsOf(textOf(entry, 'content'))).toEqual([]);
  });

  it('is not sent again to whom has it, until something changes', async () => {
    const { path } = await writePost(ada.client, { title: 'First', published: true });
    const { headers } = await feed();
    const etag = headers.get('etag') ?? '';
    const { updatedAt } = (await api.client().get(path)).body;
    expect(headers.get('last-modified')).toBe(new Date(updatedAt).toUTCString());
    const again = await api.client().get('/feed.xml', { headers: { 'if-none-match': etag } });
    expect(again).toMatchObject({ status: 304, text: '' });
    expectHeader(again, 'etag', etag);
    await ada.client.patch(path, { title: 'Second' });
    const changed = await api.client().get('/feed.xml', { headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
    expectHeader(changed, 'cache-control', 'public, max-age=0, must-revalidate');
  });
});

describe('the page of a post', () => {
  let api: TestApi;
  let ada: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
  });

  afterAll(() => api.stop());

  it('shows it, harmlessly', async () => {
    await ada.client.patch('/api/v1/users/me', { fullName: '<img src=x onerror=alert(1)>' });
    const title = '</title><script>alert("t")</script>';
    const content = '**Bold** <script>alert("c")</script> [x](javascript:alert(1)) <p onclick=alert(1)>y</p>';
    const { slug } = await writePost(ada.client, { title, content, tags: ['a'], published: true });
    const { status, text, headers } = await api.client().get(`/p/${slug}`);
    expect(status).toBe(200);
    expectHeader({ headers }, 'content-type', 'text/html; charset=utf-8');
    expect(text).toContain('<strong>Bold</strong>');
    expect(text).not.toMatch(/<script|<img|onclick=|href="javascript/);
    expect(text).toContain('&lt;/title&gt;&lt;script&gt;');
    expect(headers.get('content-security-policy')).toMatch(/script-src|default-src/);
  });

  it('leads from a former slug, and from its id, to the one it has', async () => {
    const { id, path } = await writePost(ada.client, { slug: 'old-page', published: true });
    await ada.client.patch(path, { slug: 'new-page' });
    for (const name of ['old-page', id]) {
      const answer = await api.client().get(`/p/${name}`);
      expect(answer.status).toBe(301);
      expectHeader(answer, 'location', '/p/new-page');
    }
  });

  it.each(['draft', 'scheduled', 'trashed'])('is not there for what is %s, whoever asks', async (state) => {
    const { slug, path } = await writePost(ada.client, {
      title: `Secret ${state}`,
      ...(state === 'scheduled' && { publishAt: '2099-01-01T00:00:00Z' }),
      ...(state === 'trashed' && { published: true }),
    });
    if (state === 'trashed') await ada.client.delete(path);
    for (const client of [api.client(), ada.client]) {
      const answer = await client.get(`/p/${slug}`);
      expect(answer.status).toBe(404);
      expect(answer.text).not.toContain('Some text');
    }
  });

  it.each(['nothing', '%3Cscript%3E', '..%2f..%2fetc%2fpasswd', '%00', 'a'.repeat(90), "'--", '%E2%82'])(
    'of /p/%s is not there',
    async (slug) => {
      const answer = await api.client().get(`/p/${slug}`);
      expect([400, 404, 422]).toContain(answer.status);
      expect(answer.text).not.toContain('<script>');
    },
  );
});
