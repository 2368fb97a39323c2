import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { NOBODY, POSTS, writePost, type WrittenPost } from './support/posts.js';
import { itAnswers, type Scenario } from './support/scenarios.js';
import { statusesOf } from './support/statuses.js';
import { walk } from './support/walk.js';

interface Revision {
  version: number;
  title: string;
  status: string;
  createdAt: string;
  editor: { id: string; username: string } | null;
}

const by = ({ id, username }: Person) => ({ id, username, fullName: null });

describe('the versions of a post', () => {
  let api: TestApi;
  let ada: Person;
  let editor: Person;
  let stranger: Person;
  let post: WrittenPost;

  beforeAll(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    ada = await createPerson(api, 'ada');
    editor = await createPerson(api, 'editor', 'editor');
    stranger = await createPerson(api, 'stranger');
  });

  afterAll(() => api.stop());

  const revisions = async ({ client } = ada): Promise<Revision[]> => {
    const { status, body } = await client.get(`${post.path}/revisions?limit=100`);
    expect(status).toBe(200);
    return body.items;
  };

  it('begin with none, and every change keeps what was, with who wrote it and when', async () => {
    const first = await ada.client.post(POSTS, { title: 'One', content: 'first', tags: ['a'], excerpt: 'E' });
    post = { id: first.body.id, slug: first.body.slug, etag: '', path: `${POSTS}/${first.body.id}` };
    expect(await revisions()).toEqual([]);
    const second = await editor.client.patch(post.path, { title: 'Two', content: 'second' });
    const third = await ada.client.post(`${post.path}/publish`);
    await ada.client.patch(post.path, { slug: 'four', tags: [] });
    expect(await revisions()).toEqual([
      {
        version: 3,
        title: 'Two',
        slug: 'one',
        excerpt: 'E',
        status: 'published',
        editor: by(ada),
        createdAt: third.body.updatedAt,
      },
      {
        version: 2,
        title: 'Two',
        slug: 'one',
        excerpt: 'E',
        status: 'draft',
        editor: by(editor),
        createdAt: second.body.updatedAt,
      },
      {
        version: 1,
        title: 'One',
        slug: 'one',
        excerpt: 'E',
        status: 'draft',
        editor: by(ada),
        createdAt: first.body.createdAt,
      },
    ]);
    const whole = await ada.client.get(`${post.path}/revisions/1`);
    expect(whole.body).toMatchObject({ version: 1, title: 'One', content: 'first', tags: ['a'], editor: by(ada) });
    expect(whole.text).not.toContain('example.com');
  });

  it('are restored as a new version; slug and state stay', async () => {
    const { body, headers } = await editor.client.post(`${post.path}/revisions/1/restore`);
    expect(body).toMatchObject({
      version: 5,
      title: 'One',
      content: 'first',
      tags: ['a'],
      slug: 'four',
      status: 'published',
      published: true,
    });
    expect((await api.client().get(post.path)).headers.get('etag')).toBe(headers.get('etag'));
    expect((await revisions()).map(({ version }) => version)).toEqual([4, 3, 2, 1]);
    const undone = await ada.client.post(`${post.path}/revisions/4/restore`);
    expect(undone.body).toMatchObject({ version: 6, title: 'Two', content: 'second', tags: [] });
    expect((await revisions())[0]).toMatchObject({ version: 5, editor: { username: 'editor' } });
  });

  it('are restored where If-Match has the version at hand alone', async () => {
    const path = `${post.path}/revisions/1/restore`;
    const stale = await ada.client.post(path, undefined, { headers: { 'if-match': `"${post.id}.5"` } });
    expect(stale).toMatchObject({ status: 412, body: { code: 'VERSION_MISMATCH' } });
    const etag = (await ada.client.get(post.path)).headers.get('etag') ?? '';
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => ada.client.post(path, undefined, { headers: { 'if-match': etag } })),
    );
    expect(statusesOf(answers)).toEqual({ 200: 1, 412: 4 });
  });

  it('are kept of every change of ten at once, without gap', async () => {
    post = await writePost(ada.client);
    await Promise.all(Array.from({ length: 10 }, (_, index) => ada.client.patch(post.path, { title: `T${index}` })));
    const kept = await revisions();
    expect(kept.map(({ version }) => version)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const { body } = await ada.client.get(post.path);
    expect(new Set([...kept.map(({ title }) => title), body.title]).size).toBe(11);
    const items = (await walkVersions()).map(({ version }) => version);
    expect(items).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  const walkVersions = async () => (await walk(ada.client, `${post.path}/revisions?limit=3`)).flat();

  it('are not kept of what was refused', async () => {
    post = await writePost(ada.client);
    for (const body of [{ title: '' }, { slug: 'A' }, { nonsense: 1 }]) await ada.client.patch(post.path, body);
    await ada.client.patch(post.path, { title: 'x' }, { headers: { 'if-match': '"x"' } });
    await ada.client.post(`${post.path}/unpublish`);
    await ada.client.post(`${post.path}/revisions/9/restore`);
    expect(await revisions()).toEqual([]);
  });

  it('survive the trash', async () => {
    post = await writePost(ada.client, { title: 'Before' });
    await ada.client.delete(post.path);
    expect((await ada.client.get(`${post.path}/revisions`)).status).toBe(404);
    await ada.client.post(`${post.path}/restore`);
    expect((await revisions()).map(({ version }) => version)).toEqual([2, 1]);
  });

  it('name no editor whose account is deleted', async () => {
    post = await writePost(ada.client);
    const passing = await createPerson(api, 'passing', 'editor');
    await passing.client.patch(post.path, { title: 'By one who left' });
    await ada.client.patch(post.path, { title: 'Later' });
    expect((await revisions())[0]?.editor?.username).toBe('passing');
    await passing.client.delete('/api/v1/users/me');
    expect((await revisions())[0]).toMatchObject({ title: 'By one who left', editor: null });
    expect((await ada.client.get(`${post.path}/revisions/2`)).body.editor).toBeNull();
    await api.database.rows('DELETE FROM users WHERE id = $1', [passing.id]);
    expect((await revisions())[0]).toMatchObject({ title: 'By one who left', editor: null });
  });

  const ROUTES = [
    ['GET', '/revisions'],
    ['GET', '/revisions/1'],
    ['POST', '/revisions/1/restore'],
  ] as const;
  const given = (published: boolean) => async (): Promise<void> => {
    post = await writePost(ada.client, { published });
    await ada.client.patch(post.path, { title: 'Changed' });
  };

  itAnswers(
    () => api,
    ROUTES.flatMap(([method, suffix]): Scenario[] => {
      const scenario = { method, path: () => `${post.path}${suffix}` };
      const forbidden = { status: 403, code: 'POST_NOT_YOURS', absent: ['A title'] };
      const hidden = { status: 404, code: 'POST_NOT_FOUND', absent: ['A title'] };
      const nobody = { status: 401, code: 'UNAUTHENTICATED' };
      return [
        { ...scenario, name: `${method} ${suffix}: nobody`, given: given(true), expect: nobody },
        {
          ...scenario,
          name: `${method} ${suffix}: a stranger`,
          given: given(true),
          as: () => stranger,
          expect: forbidden,
        },
        {
          ...scenario,
          name: `${method} ${suffix}: of a draft`,
          given: given(false),
          as: () => stranger,
          expect: hidden,
        },
        {
          ...scenario,
          name: `${method} ${suffix}: of nothing`,
          path: `${POSTS}/${NOBODY}${suffix}`,
          as: () => editor,
          expect: { status: 404, code: 'POST_NOT_FOUND' },
        },
      ];
    }),
  );

  const VERSIONS: [version: string, status: number][] = [
    ['0', 422],
    ['-1', 422],
    ['1e3', 422],
    ['1.0', 422],
    ['0x1', 422],
    ['%201', 422],
    ['abc', 422],
    ['NaN', 422],
    ['1;DROP', 422],
    ['99999999999', 422],
    ['9'.repeat(80), 422],
    ['999999999', 404],
    ['2', 404],
    ['01', 200],
  ];

  it.each(VERSIONS)('version %s is %i', async (version, status) => {
    await given(true)();
    const read = await ada.client.get(`${post.path}/revisions/${version}`);
    expect(read.status).toBe(status);
    const codes: Record<number, string> = { 404: 'REVISION_NOT_FOUND', 422: 'VALIDATION_FAILED' };
    expect(read.body.code).toBe(codes[status]);
    const restored = await ada.client.post(`${post.path}/revisions/${version}/restore`);
    expect(restored.status).toBe(status);
  });
});

describe('the versions of a post where REVISIONS_KEEP=3', () => {
  it('are the last three, whatever is restored', async () => {
    const api = await TestApi.start({ REVISIONS_KEEP: '3' });
    try {
      const ada = await createPerson(api, 'ada');
      const { path } = await writePost(ada.client, { title: 'Version 1' });
      const versions = async (): Promise<number[]> =>
        (await ada.client.get(`${path}/revisions`)).body.items.map(({ version }: Revision) => version);
      for (let version = 2; version <= 6; version += 1) await ada.client.patch(path, { title: `Version ${version}` });
      expect(await versions()).toEqual([5, 4, 3]);
      expect((await ada.client.get(`${path}/revisions/2`)).body.code).toBe('REVISION_NOT_FOUND');
      const restored = await ada.client.post(`${path}/revisions/3/restore`);
      expect(restored.body).toMatchObject({ version: 7, title: 'Version 3' });
      expect(await versions()).toEqual([6, 5, 4]);
    } finally {
      await api.stop();
    }
  });
});
