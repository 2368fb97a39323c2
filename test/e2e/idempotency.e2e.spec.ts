import { createHash } from 'node:crypto';
import { Idempotency } from '../../src/core/idempotency/idempotency.js';
import { createPerson, PASSWORD, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { Answer, TestClient } from '../support/test-client.js';
import { expectProblem, refusedFields } from './support/problem.js';
import { itAnswers } from './support/scenarios.js';
import { statusesOf } from './support/statuses.js';

const POSTS = '/api/v1/posts';
const USERS = '/api/v1/users';
const HOME = { 'x-forwarded-for': '192.0.2.1' };
const OFFICE = { 'x-forwarded-for': '198.51.100.7' };

let count = 0;
/** As the key is stored. */
const hashOf = (key: string): string => createHash('sha256').update(key).digest('base64url');
const newKey = (): string => `key-${(count += 1)}`;
const withKey = (key: string, headers: Record<string, string> = {}) => ({
  headers: { 'idempotency-key': key, ...headers },
});

const write = (client: TestClient, key: string, more: object = {}): Promise<Answer> =>
  client.post(POSTS, { title: 'Kept — “once” 😀', content: 'Line\n\u2028 two', ...more }, withKey(key));

function expectFirst(answer: Answer): void {
  expect({ status: answer.status, replayed: answer.headers.get('idempotency-replayed') }).toEqual({
    status: 201,
    replayed: null,
  });
}

/** The very answer that was given before. */
function expectReplay(answer: Answer, first: Answer): void {
  expect(answer).toMatchObject({ status: first.status, text: first.text });
  expect(answer.headers.get('idempotency-replayed')).toBe('true');
  for (const name of ['location', 'etag', 'content-type'])
    expect([name, answer.headers.get(name)]).toEqual([name, first.headers.get(name)]);
}

describe('an Idempotency-Key', () => {
  let api: TestApi;
  let ada: Person;
  let bob: Person;

  beforeAll(async () => {
    api = await TestApi.start({ TRUSTED_PROXIES: '127.0.0.1' });
    [ada, bob] = [await createPerson(api, 'ada'), await createPerson(api, 'bob')];
  });

  afterAll(() => api.stop());

  const rowsOf = async (table: string): Promise<number> => {
    const [row] = await api.database.rows<{ total: number }>(`SELECT count(*)::int AS total FROM ${table}`);
    return row?.total ?? Number.NaN;
  };

  /** Makes what is kept older, instead of waiting. */
  const age = (key: string, interval: string) =>
    api.database.rows('UPDATE idempotency_keys SET created_at = created_at - $2::interval WHERE key = $1', [
      hashOf(key),
      interval,
    ]);

  /** How many keys hold a text, in whatever column. */
  const like = async (text: string) =>
    (await api.database.rows("SELECT 1 FROM idempotency_keys k WHERE k::text LIKE '%' || $1 || '%'", [text])).length;

  const signUp = (key: string, email: string, from = HOME, more: object = {}): Promise<Answer> =>
    api.client().post(USERS, { email, password: PASSWORD, ...more }, withKey(key, from));

  describe('of a post', () => {
    it('makes a second request the first one again, and creates nothing', async () => {
      const key = newKey();
      const first = await write(ada.client, key, { tags: ['b', 'a'], published: true });
      expectFirst(first);
      const before = [await rowsOf('posts'), await rowsOf('outbox_events')];
      expectReplay(await write(ada.client, key, { tags: ['b', 'a'], published: true }), first);
      expect([await rowsOf('posts'), await rowsOf('outbox_events')]).toEqual(before);
    });

    it('repeats the answer as it was, whatever became of the post', async () => {
      const key = newKey();
      const first = await write(ada.client, key);
      await ada.client.patch(`${POSTS}/${first.body.id}`, { title: 'Changed' });
      expectReplay(await write(ada.client, key), first);
      await ada.client.delete(`${POSTS}/${first.body.id}`);
      expectReplay(await write(ada.client, key), first);
    });

    it('is not taken for another body', async () => {
      const key = newKey();
      const first = await write(ada.client, key);
      const posts = await rowsOf('posts');
      for (const more of [{ title: 'Another' }, { published: true }, { content: 'Line\n two' }])
        expectProblem(await write(ada.client, key, more), 422, 'IDEMPOTENCY_KEY_REUSED');
      expectReplay(await write(ada.client, key), first);
      expect(await rowsOf('posts')).toBe(posts);
    });

    it('is another one for each account and each route', async () => {
      const key = newKey();
      const answers = [
        await write(ada.client, key),
        await write(bob.client, key),
        await ada.client.post(USERS, { email: 'by.ada@example.com', password: PASSWORD }, withKey(key)),
        await api.client().post(USERS, { email: 'by.nobody@example.com', password: PASSWORD }, withKey(key)),
      ];
      for (const answer of answers) expectFirst(answer);
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(4);
    });

    it('is not kept with a request that was refused', async () => {
      const key = newKey();
      await write(ada.client, newKey(), { slug: 'taken-already' });
      expectProblem(await write(ada.client, key, { title: '' }), 422, 'VALIDATION_FAILED');
      expectProblem(await write(ada.client, key, { slug: 'taken-already' }), 409, 'SLUG_TAKEN');
      expectProblem(await write(api.client(), key), 401, 'UNAUTHENTICATED');
      expectFirst(await write(ada.client, key));
    });

    it.each([
      ['empty', ''],
      ['longer than 255 characters', 'k'.repeat(256)],
      ['with a space', 'two words'],
      ['with a letter beyond ASCII', 'cl\u00e9'],
      ['sent twice', 'one, two'],
    ])('is refused if it is %s', async (_name, key) => {
      const answer = await write(ada.client, key);
      expectProblem(answer, 422, 'VALIDATION_FAILED');
      expect(refusedFields(answer)).toEqual(['Idempotency-Key']);
    });

    it.each(['k', 'k'.repeat(255), '"in-quotes"', '!#$%&~'])('may be %p', async (key) => {
      const first = await write(ada.client, key);
      expectFirst(first);
      expectReplay(await write(ada.client, key), first);
    });

    it('makes one post of twenty requests at once', async () => {
      const [key, before] = [newKey(), await rowsOf('posts')];
      const answers = await Promise.all(Array.from({ length: 20 }, () => write(ada.client, key)));
      const made = answers.filter(({ status }) => status === 201);
      expect(made.length).toBeGreaterThan(0);
      expect(new Set(made.map(({ text }) => text)).size).toBe(1);
      expect(made.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
      const refused = answers.filter(({ status }) => status !== 201);
      for (const answer of refused) {
        expectProblem({ ...answer, headers: without(answer.headers, 'retry-after') }, 409, 'IDEMPOTENCY_KEY_IN_USE');
        expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      }
      expect(await rowsOf('posts')).toBe(before + 1);
    });

    it('is good for 24 hours, and no longer', async () => {
      const key = newKey();
      const first = await write(ada.client, key);
      await age(key, '23 hours 59 minutes');
      expectReplay(await write(ada.client, key), first);
      await age(key, '2 minutes');
      const second = await write(ada.client, key, { title: 'Another day' });
      expectFirst(second);
      expectReplay(await write(ada.client, key, { title: 'Another day' }), second);
    });

    it('is purged when it is good no longer, and not before', async () => {
      const [old, young] = [newKey(), newKey()];
      await write(ada.client, old);
      const first = await write(ada.client, young);
      await age(old, '25 hours');
      await age(young, '23 hours');
      await api.app.get(Idempotency).purge();
      const kept = await api.database.rows('SELECT key FROM idempotency_keys WHERE key = ANY($1)', [
        [hashOf(old), hashOf(young)],
      ]);
      expect(kept).toEqual([{ key: hashOf(young) }]);
      expectReplay(await write(ada.client, young), first);
    });
  });

  describe('of a sign-up', () => {
    it('makes a second request the first one again, with one account and one welcome', async () => {
      const key = newKey();
      const first = await signUp(key, 'grace@example.com');
      expectFirst(first);
      const before = [await rowsOf('users'), await rowsOf('outbox_events')];
      expectReplay(await signUp(key, 'grace@example.com'), first);
      expect([await rowsOf('users'), await rowsOf('outbox_events')]).toEqual(before);
    });

    it('is of no use to who does not know the password', async () => {
      const key = newKey();
      const { body } = await signUp(key, 'alan@example.com');
      const answer = await signUp(key, 'alan@example.com', HOME, { password: 'another long password' });
      expectProblem(answer, 422, 'IDEMPOTENCY_KEY_REUSED');
      expect(answer.text).not.toContain(body.id);
    });

    it('does not meet the same key of another network', async () => {
      const key = newKey();
      const { body } = await signUp(key, 'edsger@example.com', HOME);
      const same = await signUp(key, 'edsger@example.com', OFFICE);
      expectProblem(same, 409, 'EMAIL_TAKEN');
      expect(same.text).not.toContain(body.id);
      expectFirst(await signUp(key, 'barbara@example.com', OFFICE));
    });

    it('is not kept with a request that was refused', async () => {
      const key = newKey();
      expectProblem(await signUp(key, ada.email), 409, 'EMAIL_TAKEN');
      expectProblem(await signUp(key, 'donald@example.com', HOME, { password: 'short' }), 422, 'VALIDATION_FAILED');
      expectFirst(await signUp(key, 'donald@example.com'));
    });

    it('makes one account of twenty requests at once', async () => {
      const [key, before] = [newKey(), await rowsOf('users')];
      const answers = await Promise.all(Array.from({ length: 20 }, () => signUp(key, 'crowd@example.com')));
      expect(Object.keys(statusesOf(answers)).filter((status) => status !== '409')).toEqual(['201']);
      const codes = answers.filter(({ status }) => status === 409).map(({ body }) => body.code);
      expect(codes.filter((code) => code !== 'IDEMPOTENCY_KEY_IN_USE')).toEqual([]);
      expect(await rowsOf('users')).toBe(before + 1);
    });

    it('leaves no password behind', async () => {
      await signUp(newKey(), 'secret@example.com');
      expect(await like('secret@example.com')).toBe(1);
      expect(await like(PASSWORD)).toBe(0);
      expect(await like(Buffer.from(PASSWORD).toString('hex'))).toBe(0);
    });
  });

  itAnswers(
    () => api,
    [
      {
        name: 'changes nothing on a route that creates nothing',
        as: () => ada,
        method: 'PATCH',
        path: `${USERS}/me`,
        headers: { 'idempotency-key': 'of-no-use' },
        body: { fullName: 'Ada' },
        expect: { status: 200, headers: { 'idempotency-replayed': null } },
      },
    ],
  );
});

function without(headers: Headers, name: string): Headers {
  const rest = new Headers(headers);
  rest.delete(name);
  return rest;
}
