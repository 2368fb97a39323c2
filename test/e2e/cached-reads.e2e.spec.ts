import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { Answer, TestClient } from '../support/test-client.js';
import { expectProblem } from './support/problem.js';

const POSTS = '/api/v1/posts';
const USERS = '/api/v1/users';
const TEXT = 'Nobody is to read this yet';

// The same must hold with the cache and without it.
describe.each(['on', 'off'])('reads, with RESPONSE_CACHE=%s', (setting) => {
  let api: TestApi;
  let ada: Person;
  let editor: Person;
  let root: Person;
  let nobody: TestClient;

  beforeAll(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: setting });
    [ada, editor] = [await createPerson(api, 'ada'), await createPerson(api, 'editor', 'editor')];
    root = await createPerson(api, 'root', 'admin');
    nobody = api.client();
  });

  afterAll(() => api.stop());

  const write = async (more: object = {}, client = ada.client): Promise<{ id: string; slug: string }> => {
    const answer = await client.post(POSTS, { title: 'A title', content: TEXT, ...more });
    expect(answer.status).toBe(201);
    return answer.body;
  };

  const idsIn = async (path: string, client = nobody): Promise<string[]> => {
    const { status, body } = await client.get(path);
    expect(status).toBe(200);
    return body.items.map(({ id }: { id: string }) => id);
  };

  /** Twice, so that what was kept shows as well. */
  const readTwice = async (path: string, client = nobody): Promise<Answer[]> => [
    await client.get(path),
    await client.get(path),
  ];

  const paths = (id: string, slug: string) => [
    `${POSTS}/${id}`,
    `${POSTS}/${slug}`,
    `${POSTS}/${id}?format=html`,
    POSTS,
    `${POSTS}?limit=1`,
    `${POSTS}?fields=id,title`,
    '/api/v1/tags',
    '/feed.xml',
    `${USERS}/${ada.id}/posts`,
  ];

  describe('of what is not for everybody', () => {
    it('show a draft to its author and editors, and keep it from everybody else', async () => {
      const { id } = await write();
      for (const { client } of [ada, editor, ada]) expect((await client.get(`${POSTS}/${id}`)).body.content).toBe(TEXT);
      for (const client of [nobody, (await createPerson(api, `stranger-${setting}`)).client])
        for (const answer of await readTwice(`${POSTS}/${id}`, client)) expectProblem(answer, 404, 'POST_NOT_FOUND');
      expect((await ada.client.get(`${POSTS}/${id}`)).headers.get('cache-control')).not.toContain('public');
    });

    it('answer a draft, read by many at a time, to each as it may', async () => {
      const { slug } = await write();
      const readers = Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? ada.client : nobody));
      const answers = await Promise.all(readers.map(async (client) => client.get(`${POSTS}/${slug}`)));
      expect(answers.map(({ status }) => status)).toEqual(readers.map((client) => (client === nobody ? 404 : 200)));
      for (const { status, text } of answers) expect(text.includes(TEXT)).toBe(status === 200);
    });

    it('list drafts to their author alone, and all of them to editors', async () => {
      const [mine, theirs] = [await write(), await write({}, editor.client)];
      const path = `${POSTS}?status=draft&limit=100`;
      expect(await idsIn(path, editor.client)).toEqual(expect.arrayContaining([mine.id, theirs.id]));
      const seen = await idsIn(path, ada.client);
      expect([seen.includes(mine.id), seen.includes(theirs.id)]).toEqual([true, false]);
      for (const answer of await readTwice(path)) expectProblem(answer, 401, 'UNAUTHENTICATED');
      const both = await Promise.all([editor, ada, editor, ada].map(async ({ client }) => idsIn(path, client)));
      expect(both.map((ids) => ids.includes(theirs.id))).toEqual([true, false, true, false]);
    });

    it('take a post back from everybody at once when it is unpublished', async () => {
      const { id, slug } = await write({ published: true, tags: [`gone-${setting}`] });
      const lists = [POSTS, `${USERS}/${ada.id}/posts`, `${POSTS}?tag=gone-${setting}`];
      await readTwice(`${POSTS}/${slug}`);
      for (const list of lists) expect(await idsIn(list)).toContain(id);
      expect((await nobody.get('/feed.xml')).text).toContain(id);
      expect((await nobody.get('/api/v1/tags')).text).toContain(`gone-${setting}`);

      expect((await ada.client.post(`${POSTS}/${id}/unpublish`)).status).toBe(200);
      expect((await ada.client.get(`${POSTS}/${slug}`)).body.status).toBe('draft');
      for (const path of [id, slug]) expectProblem(await nobody.get(`${POSTS}/${path}`), 404, 'POST_NOT_FOUND');
      for (const list of lists) expect(await idsIn(list)).not.toContain(id);
      expect((await nobody.get('/feed.xml')).text).not.toContain(id);
      expect((await nobody.get('/api/v1/tags')).text).not.toContain(`gone-${setting}`);
    });

    it('are refused to a token that is not valid, whatever was kept for others', async () => {
      await readTwice(POSTS);
      expectProblem(await api.client('no-token').get(POSTS), 401, 'INVALID_TOKEN');
    });
  });

  describe('of what an account has written', () => {
    let author: Person;
    let id: string;
    let count = 0;

    beforeEach(async () => {
      author = await createPerson(api, `author-${setting}-${(count += 1)}`);
      ({ id } = await write({ published: true }, author.client));
    });

    const lists = () => [POSTS, `${USERS}/${author.id}/posts`];
    const readAll = async () => {
      await readTwice(`${POSTS}/${id}`);
      for (const path of [...lists(), '/feed.xml']) await readTwice(path);
    };

    it('show its new name at once, to who has read it before too', async () => {
      await readAll();
      const { headers } = await nobody.get(`${POSTS}/${id}`);
      await author.client.patch(`${USERS}/me`, { fullName: 'Renamed Person' });
      const conditional = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
      const again = await nobody.get(`${POSTS}/${id}`, conditional);
      expect({ status: again.status, name: again.body?.author.fullName }).toEqual({
        status: 200,
        name: 'Renamed Person',
      });
      for (const path of [...lists(), '/feed.xml']) expect((await nobody.get(path)).text).toContain('Renamed Person');
      const stillIts = { headers: { 'if-match': headers.get('etag') ?? '' } };
      expect((await author.client.patch(`${POSTS}/${id}`, { title: 'Changed' }, stillIts)).status).toBe(200);
    });

    it('are gone with it, and back with it', async () => {
      await readAll();
      expect((await root.client.delete(`${USERS}/${author.id}`)).status).toBe(204);
      expectProblem(await nobody.get(`${POSTS}/${id}`), 404, 'POST_NOT_FOUND');
      expectProblem(await nobody.get(`${USERS}/${author.id}/posts`), 404, 'USER_NOT_FOUND');
      expect(await idsIn(POSTS)).not.toContain(id);
      expect((await nobody.get('/feed.xml')).text).not.toContain(id);

      expect((await root.client.post(`${USERS}/${author.id}/restore`)).status).toBe(200);
      expect((await nobody.get(`${POSTS}/${id}`)).status).toBe(200);
      for (const list of lists()) expect(await idsIn(list)).toContain(id);
      expect((await nobody.get('/feed.xml')).text).toContain(id);
    });

    it('stay while it is deactivated, and nothing else of it does', async () => {
      const draft = await write({}, author.client);
      expect((await author.client.get(`${POSTS}/${draft.id}`)).status).toBe(200);
      expect((await root.client.patch(`${USERS}/${author.id}`, { isActive: false })).status).toBe(200);
      expectProblem(await author.client.get(`${POSTS}/${draft.id}`), 403, 'ACCOUNT_DISABLED');
      expectProblem(await author.client.get(`${POSTS}/${id}`), 403, 'ACCOUNT_DISABLED');
      expect((await nobody.get(`${POSTS}/${id}`)).status).toBe(200);
    });
  });

  describe('in each form', () => {
    const HEADERS = ['content-type', 'etag', 'cache-control', 'link', 'last-modified'];
    const headersOf = ({ headers }: Answer) => HEADERS.map((name) => [name, headers.get(name)]);

    it('answer the same again, to HEAD without the body, and 304 to who has it', async () => {
      await write({ published: true, tags: ['forms'] });
      const { id, slug } = await write({ published: true, content: '*Text*' });
      for (const path of paths(id, slug)) {
        const [first, second] = await readTwice(path);
        const head = await nobody.request('HEAD', path);
        expect([path, second?.text, head.text]).toEqual([path, first?.text, '']);
        for (const answer of [second, head])
          expect([path, answer && headersOf(answer)]).toEqual([path, first && headersOf(first)]);
        expect(head.headers.get('content-length')).toBe(first?.headers.get('content-length'));
        const headers = { 'if-none-match': first?.headers.get('etag') ?? 'none' };
        for (const method of ['GET', 'HEAD'])
          expect([path, method, await nobody.request(method, path, { headers })]).toMatchObject([
            path,
            method,
            { status: 304, text: '' },
          ]);
      }
    });

    it('carry a request id of their own', async () => {
      const answers = await readTwice(POSTS);
      const ids = answers.map(({ headers }) => headers.get('x-request-id'));
      expect(new Set(ids).size).toBe(2);
      for (const { headers } of answers)
        expect(headers.get('cache-control')).toBe('public, max-age=0, must-revalidate');
    });

    it('lead from a former slug to the present one, and no further once it is given up', async () => {
      const { id, slug } = await write({ published: true, title: `Moving ${setting}` });
      await readTwice(`${POSTS}/${slug}`);
      await ada.client.patch(`${POSTS}/${id}`, { slug: `moved-${setting}` });
      for (const answer of await readTwice(`${POSTS}/${slug}`))
        expect([answer.status, answer.headers.get('location')]).toEqual([301, `${POSTS}/moved-${setting}`]);
      expect((await nobody.get(`${POSTS}/moved-${setting}`)).body.id).toBe(id);
    });
  });
});
