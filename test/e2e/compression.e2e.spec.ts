import { request, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';

const POSTS = '/api/v1/posts';
const LONG = 'A sentence that is said again and again. '.repeat(100);

interface Coded {
  status: number;
  headers: IncomingHttpHeaders;
  /** As it went over the wire. */
  bytes: Buffer;
}

const accepting = (coding: string, others: Record<string, string> = {}) => ({ 'accept-encoding': coding, ...others });

/** With the coding undone. */
const plain = ({ headers, bytes }: Coded): Buffer => {
  const coding = headers['content-encoding'];
  if (coding === undefined) return bytes;
  return coding === 'br' ? brotliDecompressSync(bytes) : gunzipSync(bytes);
};

describe('compression', () => {
  let api: TestApi;
  let ada: Person;
  let post: string;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    const created = await ada.client.post(POSTS, { title: 'Long', content: LONG, published: true });
    post = `${POSTS}/${created.body.id}`;
    await ada.client.post(POSTS, { title: 'A draft', content: LONG });
    await ada.client.post(POSTS, { title: 'Short', content: 'x', published: true });
  });

  afterAll(() => api.stop());

  /** Without fetch, which undoes the coding and asks for one by itself. */
  const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Coded> =>
    new Promise((resolve, reject) => {
      request(api.url + path, { method, headers }, (answer) => {
        buffer(answer).then(
          (bytes) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes }),
          reject,
        );
      })
        .on('error', reject)
        .end();
    });

  const codingFor = async (accept: string) => (await ask(post, accepting(accept))).headers['content-encoding'];

  const readTitle = async (): Promise<string> => JSON.parse(plain(await ask(post, accepting('br'))).toString()).title;

  describe('is given to whoever asks for it, the same bytes inside', () => {
    it.each([
      { name: 'a post', path: () => post },
      { name: 'a page about a post', path: () => '/p/long' },
      { name: 'a list', path: () => POSTS },
      { name: 'the posts of somebody', path: () => `/api/v1/users/${ada.id}/posts` },
      { name: 'the feed', path: () => '/feed.xml' },
      { name: 'the landing page', path: () => '/' },
      { name: 'the errors', path: () => '/errors' },
      { name: 'the docs', path: () => '/docs' },
      { name: 'a script of the docs', path: () => '/docs/swagger-ui-init.js' },
      { name: 'a file of the docs', path: () => '/docs/swagger-ui.css' },
      { name: 'the OpenAPI document', path: () => '/api/v1/openapi.json' },
      { name: 'a stylesheet', path: () => '/assets/style.css' },
    ])('$name', async ({ path }) => {
      const whole = await ask(path());
      expect(whole.status).toBe(200);
      expect(whole.headers).not.toHaveProperty('content-encoding');
      for (const coding of ['br', 'gzip']) {
        const coded = await ask(path(), accepting(coding));
        expect(coded.headers['content-encoding']).toBe(coding);
        expect(coded.headers['content-type']).toBe(whole.headers['content-type']);
        expect(coded.bytes.length).toBeLessThan(0.8 * whole.bytes.length);
        expect(plain(coded).equals(whole.bytes)).toBe(true);
        for (const { headers } of [whole, coded]) expect(headers.vary).toMatch(/Accept-Encoding/);
        const head = await ask(path(), accepting(coding), 'HEAD');
        expect(head).toMatchObject({ status: 200, bytes: Buffer.alloc(0) });
        for (const name of ['content-encoding', 'etag', 'vary', 'content-type', 'cache-control'])
          expect({ [name]: head.headers[name] }).toEqual({ [name]: coded.headers[name] });
        // A file is not read to answer a HEAD, so it may leave out what it does not know (RFC 9110 §9.3.2).
        expect(head.headers['content-length'] ?? String(coded.bytes.length)).toBe(String(coded.bytes.length));
      }
    });
  });

  it('is chosen by what the client says', async () => {
    expect(await codingFor('gzip, deflate, br, zstd')).toBe('br');
    expect(await codingFor('br;q=0, *')).toBe('gzip');
    expect(await codingFor('*;q=0')).toBeUndefined();
    expect(await codingFor('identity;q=0')).toBeUndefined();
  });

  it('adds to what else an answer depends on', async () => {
    const { headers } = await ask(post, accepting('br', { origin: 'http://localhost:5173' }));
    expect(headers.vary?.split(/, */).sort()).toEqual(['Accept-Encoding', 'Origin']);
  });

  it('leaves alone what is small', async () => {
    const { headers } = await ask(`${POSTS}/short`, accepting('br'));
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers.vary).not.toMatch(/Accept-Encoding/);
  });

  it('has nothing to do with a part of a file', async () => {
    const part = await ask('/docs/swagger-ui.css', accepting('br', { range: 'bytes=0-4999' }));
    expect(part).toMatchObject({ status: 206, headers: { 'content-length': '5000' } });
    expect(part.headers).not.toHaveProperty('content-encoding');
  });

  it('is never there where something personal or secret may be', async () => {
    const token = { authorization: `Bearer ${ada.accessToken}` };
    // Long enough to be compressed, if they were for everybody.
    const personal = await Promise.all([
      ask(`${POSTS}?status=draft`, accepting('br', token)),
      ask(`${POSTS}/a-draft`, accepting('br', token)),
      ask(`${post}/revisions`, accepting('br', token)),
      ask('/api/v1/auth/sessions', accepting('br', token)),
      ask('/api/v1/users', accepting('br', token)),
      ask('/inbox', accepting('br')),
      ask('/inbox/messages', accepting('br')),
      ask('/reset?token=a', accepting('br')),
      ask('/verify?token=a', accepting('br')),
      ask(`/api/v1/unsubscribe?token=${'a'.repeat(500)}`, accepting('br')),
      ask('/queues', accepting('br')),
      ask('/metrics', accepting('br')),
    ]);
    expect(personal.filter(({ bytes }) => bytes.length > 1_024).length).toBeGreaterThanOrEqual(5);
    for (const { headers } of personal) expect(headers).not.toHaveProperty('content-encoding');
    const session = await ada.client.post('/api/v1/auth/login', { username: 'ada', password: 'wrong' });
    expect(session.headers.get('content-encoding')).toBeNull();
  });

  it('gives to whoever is signed in what everybody gets', async () => {
    const stranger = await ask(post, accepting('br'));
    const own = await ask(post, accepting('br', { authorization: `Bearer ${ada.accessToken}` }));
    expect(own.headers['content-encoding']).toBe('br');
    expect(plain(own)).toEqual(plain(stranger));
  });

  describe('and validators', () => {
    const codings = ['identity', 'gzip', 'br'];

    it('are one for each form of an answer (RFC 9110 §8.8.3.3)', async () => {
      for (const path of [post, POSTS, '/assets/style.css']) {
        const tags = await Promise.all(
          codings.map(async (coding) => (await ask(path, accepting(coding))).headers.etag),
        );
        expect(new Set(tags).size).toBe(3);
        for (const tag of tags) expect(tag).toMatch(/^"[^"]+"$/);
      }
    });

    it.each(codings)('spare sending it again: %s', async (coding) => {
      for (const path of [post, POSTS, '/feed.xml', '/assets/style.css']) {
        const { etag = '' } = (await ask(path, accepting(coding))).headers;
        const headers = accepting(coding, { 'if-none-match': etag });
        for (const method of ['GET', 'HEAD']) {
          const again = await ask(path, headers, method);
          expect(again).toMatchObject({ status: 304, bytes: Buffer.alloc(0), headers: { etag } });
          expect(again.headers.vary).toMatch(/Accept-Encoding/);
          expect(again.headers).not.toHaveProperty('content-encoding');
        }
        expect((await ask(path, { ...headers, 'if-none-match': `W/${etag}` })).status).toBe(304);
      }
    });

    it('of one form say nothing about another', async () => {
      const { etag = '' } = (await ask(post, accepting('br'))).headers;
      const other = await ask(post, accepting('gzip', { 'if-none-match': etag }));
      expect(other).toMatchObject({ status: 200, headers: { 'content-encoding': 'gzip' } });
    });

    it('allow a change, whatever form was read', async () => {
      for (const coding of codings) {
        const { etag = '' } = (await ask(post, accepting(coding))).headers;
        const change = (title: string) =>
          ada.client.patch(post, { title }, { headers: { 'if-match': `"another", ${etag}` } });
        expect((await change(`Read as ${coding}`)).status).toBe(200);
        expect((await change('Too late')).status).toBe(412);
      }
    });
  });

  it('is of what is there after a write', async () => {
    for (const title of ['First', 'Second']) {
      await ada.client.patch(post, { title });
      expect(await readTitle()).toBe(title);
    }
  });

  it('of the same bytes for a hundred clients at once is the same', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(post, accepting('br'))));
    expect(new Set(answers.map(({ bytes }) => bytes.toString('base64'))).size).toBe(1);
  });
});
