import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { eventually } from './support/eventually.js';
import { elementsOf } from './support/html-check.js';
import { POSTS, writePost } from './support/posts.js';
import { TestWorker } from './support/test-worker.js';

/** What a template language would make 1337 of. */
const EXPRESSIONS = [
  '{{191*7}}',
  '{{{191*7}}}',
  '{{=191*7}}',
  '${191*7}',
  '#{191*7}',
  '*{191*7}',
  '@{191*7}',
  '<%= 191*7 %>',
  '{% print(191*7) %}',
  '{191*7}',
  '[[191*7]]',
  '`191*7`',
  '$(echo $((191*7)))',
  '{{constructor.constructor("return 191*7")()}}',
  '%{191*7}',
  '<!--#set var="x" value="191*7"-->',
  '{{#with this}}{{191*7}}{{/with}}',
  '__proto__ %s %d %o %j $& $1 $` \\u0031',
];

/** What a browser would run, were it a link or markup anywhere. */
const SCRIPTS = [
  'javascript:alert(1)',
  'JaVaScRiPt&#58;alert(1)',
  ' javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  '[x](javascript:alert(1))',
  '![x](javascript:alert(1))',
  '<javascript:alert(1)>',
  '[x]: javascript:alert(1)',
  '"><script>alert(1)</script>',
  "'><img src=x onerror=alert(1)>",
  '</title><script>alert(1)</script>',
  '</textarea><svg onload=alert(1)>',
  '"-alert(1)-"',
  ']]><script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
  '--><script>alert(1)</script>',
  '<a href="javascript:alert(1)">x</a>',
];

/** Everything that shows what people write of themselves and their posts. */
describe('a text that another program would run', () => {
  let api: TestApi;
  let worker: TestWorker;
  let ada: Person;
  let follower: Person;

  beforeAll(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    worker = await TestWorker.start(api);
    [ada, follower] = [await createPerson(api, 'ada'), await createPerson(api, 'follower')];
    await api.database.rows('UPDATE users SET email_verified_at = now()');
    await follower.client.put(`/api/v1/users/${ada.id}/subscription`, undefined);
  });

  afterAll(async () => {
    await worker.stop();
    await api.stop();
  });

  /** All that is made of a post, and of its author, by where it is. */
  async function showings(text: string): Promise<Record<string, { type: string; text: string }>> {
    await api.database.rows('DELETE FROM posts');
    expect((await ada.client.patch('/api/v1/users/me', { fullName: text })).status).toBe(200);
    const words = { title: text, content: `findable ${text}\n\n${text}`, excerpt: text };
    const { id, slug, path } = await writePost(ada.client, { ...words, published: true });
    const mailId = await eventually('the news', async () => {
      const [mail] = await api.database.rows<{ id: string }>(
        `SELECT id FROM emails WHERE post_id = $1 AND state = 'sent'`,
        [id],
      );
      return mail?.id;
    });
    const paths = [
      path,
      `${path}?format=html`,
      `${POSTS}?q=findable`,
      `/p/${slug}`,
      '/feed.xml',
      `/api/v1/users/${ada.id}/posts`,
      `/inbox?id=${mailId}`,
      `/inbox/messages/${mailId}`,
      `/inbox/messages/${mailId}/html`,
    ];
    const shown = paths.map(async (where) => {
      const answer = await follower.client.get(where);
      expect({ where, status: answer.status }).toEqual({ where, status: 200 });
      return [where, { type: answer.headers.get('content-type') ?? '', text: answer.text }];
    });
    return Object.fromEntries(await Promise.all(shown));
  }

  it.each(EXPRESSIONS)('is not worked out anywhere: %s', async (text) => {
    const shown = await showings(text);
    // Names of other things may have the number.
    const ids = /[0-9a-f]{8}-[0-9a-f-]{27}|token=[\w-]+/g;
    for (const [where, { text: answer }] of Object.entries(shown))
      expect({ where, isWorkedOut: answer.replaceAll(ids, '').includes('1337') }).toEqual({
        where,
        isWorkedOut: false,
      });
    const { title, content, excerpt, author } = JSON.parse(shown[Object.keys(shown)[0] ?? '']?.text ?? '');
    expect([title, content, excerpt]).toEqual([text, `findable ${text}\n\n${text}`, text]);
    expect(author.fullName).toBe(text);
    const mail = Object.entries(shown).find(([where]) => /\/messages\/[^/]+$/.test(where))?.[1];
    expect(JSON.parse(mail?.text ?? '')).toMatchObject({
      subject: `${text}: ${text}`,
      text: expect.stringContaining(`there is a new post by ${text}: “${text}”.`),
    });
  });

  it.each(SCRIPTS)('is no link and no markup anywhere: %s', async (text) => {
    for (const [where, { type, text: answer }] of Object.entries(await showings(text.trim()))) {
      if (!/html|xml/.test(type)) continue;
      // What a feed holds is markup for whoever reads it.
      const contents = [...answer.matchAll(/<content type="html">([^<]*)</g)].map(([, content = '']) =>
        decoded(content),
      );
      for (const html of [answer, ...contents])
        for (const { name, attributes } of elementsOf(html)) {
          const links = ['href', 'src', 'action', 'formaction', 'xlink:href'].map((each) => attributes[each] ?? '');
          const isRun = links.some((link) => /^[\s\p{Cc}]*(javascript|data|vbscript):/iu.test(link));
          const handlers = Object.keys(attributes).filter((attribute) => attribute.startsWith('on'));
          const isInline = name === 'script' && attributes['src']?.startsWith('/assets/') !== true;
          expect({ where, name, isRun, handlers, isInline }).toEqual({
            where,
            name,
            isRun: false,
            handlers: [],
            isInline: false,
          });
        }
    }
  });
});

const decoded = (text: string): string =>
  text.replaceAll(/&(lt|gt|quot|#39|amp);/g, (_all, name: string) => ENTITIES[name] ?? '');

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
