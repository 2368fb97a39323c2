import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { POSTS, writePost, type WrittenPost } from './support/posts.js';
import { expectHeader, itAnswers } from './support/scenarios.js';
import { statusesOf } from './support/statuses.js';

describe('former slugs of a post', () => {
  let api: TestApi;
  let ada: Person;
  let bob: Person;
  let editor: Person;

  beforeAll(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    ada = await createPerson(api, 'ada');
    bob = await createPerson(api, 'bob');
    editor = await createPerson(api, 'editor', 'editor');
  });

  afterAll(() => api.stop());

  const rename = async ({ path }: WrittenPost, slug: string, status = 200): Promise<void> => {
    expect((await ada.client.patch(path, { slug })).status).toBe(status);
  };

  /** Where a slug leads to: the id behind it, over a redirect or not. */
  async function behind(slug: string, client = api.client()): Promise<string | undefined> {
    const answer = await client.get(`${POSTS}/${slug}`);
    if (answer.status !== 301) return answer.body.id;
    expect(answer.text).toBe('');
    return (await client.get(answer.headers.get('location') ?? '')).body.id;
  }

  it('lead to the one it has now, with the query', async () => {
    const post = await writePost(ada.client, { slug: 'first', published: true });
    await rename(post, 'second');
    const answer = await api.client().get(`${POSTS}/first?format=html`);
    expect(answer).toMatchObject({ status: 301, text: '' });
    expectHeader(answer, 'location', `${POSTS}/second?format=html`);
    expectHeader(await api.client().get(`${POSTS}/first`), 'location', `${POSTS}/second`);
    expect((await api.client().request('HEAD', `${POSTS}/first`)).status).toBe(301);
    expect((await api.client().get(post.path)).status).toBe(200);
    expect((await api.client().get(`${POSTS}/first?format=pdf`)).status).toBe(422);
    const conditional = await api.client().get(`${POSTS}/first`, { headers: { 'if-none-match': '*' } });
    expect(conditional.status).toBe(301);
  });

  it('do so for everybody who asks in one moment', async () => {
    const post = await writePost(ada.client, { slug: 'crowded', published: true });
    await rename(post, 'less-crowded');
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.client().get(`${POSTS}/crowded`)));
    expect(statusesOf(answers)).toEqual({ 301: 10 });
  });

  it('lead over a chain of names at once to the last', async () => {
    const post = await writePost(ada.client, { slug: 'chain-1', published: true });
    for (const slug of ['chain-2', 'chain-3', 'chain-4']) await rename(post, slug);
    for (const slug of ['chain-1', 'chain-2', 'chain-3'])
      expectHeader(await api.client().get(`${POSTS}/${slug}`), 'location', `${POSTS}/chain-4`);
  });

  it('are taken back by their own post', async () => {
    const post = await writePost(ada.client, { slug: 'there', published: true });
    await rename(post, 'and-back');
    await rename(post, 'there');
    expect((await api.client().get(`${POSTS}/there`)).status).toBe(200);
    expectHeader(await api.client().get(`${POSTS}/and-back`), 'location', `${POSTS}/there`);
    await rename(post, 'and-back');
    expectHeader(await api.client().get(`${POSTS}/there`), 'location', `${POSTS}/and-back`);
  });

  it('of a draft tell strangers nothing', async () => {
    const post = await writePost(ada.client, { slug: 'merger-talks' });
    await rename(post, 'hidden');
    for (const client of [api.client(), bob.client]) {
      const answer = await client.get(`${POSTS}/merger-talks`);
      expect(answer).toMatchObject({ status: 404, body: { code: 'POST_NOT_FOUND' } });
      expectHeader(answer, 'location', null);
    }
    for (const client of [ada.client, editor.client]) expect(await behind('merger-talks', client)).toBe(post.id);
  });

  it('of a post in the trash, or of a deleted author, lead nowhere', async () => {
    const post = await writePost(ada.client, { slug: 'was', published: true });
    await rename(post, 'is');
    await ada.client.delete(post.path);
    expect((await api.client().get(`${POSTS}/was`)).status).toBe(404);
    const carl = await createPerson(api, 'carl');
    const { path } = await writePost(carl.client, { slug: 'carls', published: true });
    await carl.client.patch(path, { slug: 'carls-own' });
    await carl.client.delete('/api/v1/users/me');
    expect((await api.client().get(`${POSTS}/carls`)).status).toBe(404);
  });

  describe('belong to their post', () => {
    let post: WrittenPost;
    let other: WrittenPost;

    beforeAll(async () => {
      post = await writePost(ada.client, { title: 'Kept name', published: true });
      await rename(post, 'new-name');
      other = await writePost(bob.client, { title: 'Other', published: true });
    });

    const taken = { status: 409, code: 'SLUG_TAKEN' };
    const body = { title: 'x', content: 'x', slug: 'kept-name' };

    itAnswers(
      () => api,
      [
        { name: 'when a new one asks for it', as: () => bob, method: 'POST', path: POSTS, body, expect: taken },
        { name: 'when PUT does', as: () => bob, method: 'PUT', path: () => other.path, body, expect: taken },
        { name: 'when PATCH does', as: () => bob, method: 'PATCH', path: () => other.path, body, expect: taken },
      ],
    );

    it('when it is made from a title: that one is numbered', async () => {
      const made = await writePost(bob.client, { title: 'Kept name', published: true });
      expect(made.slug).toBe('kept-name-2');
      expect(await behind('kept-name')).toBe(post.id);
    });
  });

  it('are free once their post is in the trash', async () => {
    const post = await writePost(ada.client, { slug: 'given-away', published: true });
    await rename(post, 'renamed-and-trashed');
    await ada.client.delete(post.path);
    const next = await writePost(bob.client, { slug: 'given-away', published: true });
    expect((await ada.client.post(`${post.path}/restore`)).body).toMatchObject({ slug: 'renamed-and-trashed' });
    expect(await behind('given-away')).toBe(next.id);
  });

  it('a post that comes out of the trash gets another slug where its own was given away', async () => {
    const post = await writePost(ada.client, { slug: 'popular', published: true });
    await ada.client.delete(post.path);
    const next = await writePost(bob.client, { slug: 'popular', published: true });
    const { status, body } = await ada.client.post(`${post.path}/restore`);
    expect({ status, slug: body.slug }).toEqual({ status: 200, slug: 'popular-2' });
    expect(await behind('popular')).toBe(next.id);
    expect(await behind('popular-2')).toBe(post.id);
  });

  it('a post that comes out of the trash does not take the former slug of a live one', async () => {
    const post = await writePost(ada.client, { slug: 'news', published: true });
    await ada.client.delete(post.path);
    const next = await writePost(ada.client, { slug: 'news', published: true });
    await rename(next, 'b');
    const { body } = await ada.client.post(`${post.path}/restore`);
    expect(body.slug).not.toBe('news');
    expect(await behind('news')).toBe(next.id);
    expect(await behind(body.slug)).toBe(post.id);
    await rename(post, 'news', 409);
  });

  it('are unique under thirty creations of one title, while the first is renamed', async () => {
    const first = await writePost(ada.client, { title: 'A rush', published: true });
    const [, ...answers] = await Promise.all([
      rename(first, 'no-rush'),
      ...Array.from({ length: 30 }, () => bob.client.post(POSTS, { title: 'A rush', content: 'x' })),
    ]);
    expect(statusesOf(answers)).toEqual({ 201: 30 });
    const slugs = answers.map((answer) => String(answer.body.slug));
    expect(new Set(slugs).size).toBe(30);
    expect(slugs).not.toContain('a-rush');
    expect(await behind('a-rush')).toBe(first.id);
  });

  it('one slug that ten posts are renamed to at once goes to one of them', async () => {
    const posts = await Promise.all(Array.from({ length: 10 }, () => writePost(ada.client)));
    const answers = await Promise.all(posts.map(({ path }) => ada.client.patch(path, { slug: 'contested' })));
    expect(statusesOf(answers)).toEqual({ 200: 1, 409: 9 });
  });
});
