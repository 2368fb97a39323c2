import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { itAnswers } from './support/scenarios.js';
import { walk } from './support/walk.js';

const USERS = '/api/v1/users';
const NOBODY = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';

describe('following an author', () => {
  let api: TestApi;
  let ada: Person;
  let bob: Person;
  let gone: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    [ada, bob, gone] = [
      await createPerson(api, 'ada'),
      await createPerson(api, 'bob'),
      await createPerson(api, 'gone'),
    ];
    await gone.client.delete(`${USERS}/me`);
  });

  beforeEach(() => api.database.rows('TRUNCATE subscriptions'));
  afterAll(() => api.stop());

  const of = (person: Person): string => `${USERS}/${person.id}/subscription`;
  const follow = (follower: Person, author: Person) => follower.client.put(of(author), undefined);
  const follows = async (): Promise<string[][]> => {
    const rows = await api.database.rows<{ pair: string[] }>(
      `SELECT array[s.username, a.username]::text[] AS pair FROM subscriptions
        JOIN users s ON s.id = subscriber_id JOIN users a ON a.id = author_id ORDER BY pair`,
    );
    return rows.map(({ pair }) => pair);
  };

  it('is there once, however often it is asked for, and gone once, however often', async () => {
    for (let time = 0; time < 3; time += 1) {
      expect(await follow(bob, ada)).toMatchObject({ status: 204, text: '' });
      expect(await follows()).toEqual([['bob', 'ada']]);
    }
    for (let time = 0; time < 3; time += 1) {
      expect(await bob.client.delete(of(ada))).toMatchObject({ status: 204, text: '' });
      expect(await follows()).toEqual([]);
    }
  });

  it('is there once after twenty requests at a time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, async () => follow(bob, ada)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204));
    expect(await follows()).toEqual([['bob', 'ada']]);
  });

  it('goes in one direction, and is one’s own', async () => {
    await follow(bob, ada);
    expect((await ada.client.delete(of(bob))).status).toBe(204);
    expect((await ada.client.delete(of(ada))).status).toBe(204);
    expect(await follows()).toEqual([['bob', 'ada']]);
    expect((await ada.client.get(`${USERS}/me/subscriptions`)).body.items).toEqual([]);
  });

  it('is open to the author, too', async () => {
    expect((await follow(ada, ada)).status).toBe(204);
    expect(await follows()).toEqual([['ada', 'ada']]);
  });

  itAnswers(
    () => api,
    [
      {
        name: 'needs a sign-in',
        method: 'PUT',
        path: () => of(ada),
        expect: { status: 401, code: 'UNAUTHENTICATED' },
      },
      {
        name: 'needs a sign-in to end, too',
        method: 'DELETE',
        path: () => of(ada),
        expect: { status: 401, code: 'UNAUTHENTICATED' },
      },
      {
        name: 'is refused for an author who was never there',
        as: () => bob,
        method: 'PUT',
        path: `${USERS}/${NOBODY}/subscription`,
        expect: { status: 404, code: 'USER_NOT_FOUND' },
      },
      {
        name: 'is refused for an author who was deleted',
        as: () => bob,
        method: 'PUT',
        path: () => of(gone),
        expect: { status: 404, code: 'USER_NOT_FOUND' },
      },
      {
        name: 'ends without a complaint where there is nothing to end',
        as: () => bob,
        method: 'DELETE',
        path: `${USERS}/${NOBODY}/subscription`,
        expect: { status: 204 },
      },
      {
        name: 'is refused for what is no id',
        as: () => bob,
        method: 'PUT',
        path: `${USERS}/ada/subscription`,
        expect: { status: 422, code: 'VALIDATION_FAILED', fields: ['id'] },
      },
      {
        name: 'takes no body that it would not read',
        as: () => bob,
        method: 'PUT',
        path: () => of(ada),
        body: { since: 'ever' },
        expect: { status: 422, code: 'VALIDATION_FAILED', fields: ['since'] },
      },
      {
        name: 'is listed to nobody else',
        method: 'GET',
        path: `${USERS}/me/subscriptions`,
        expect: { status: 401, code: 'UNAUTHENTICATED' },
      },
    ],
  );

  it('is listed with the author as everybody sees them, the latest first', async () => {
    await follow(bob, ada);
    await follow(ada, bob);
    const { status, body } = await bob.client.get(`${USERS}/me/subscriptions?count=exact`);
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [{ author: { id: ada.id, username: 'ada', fullName: null }, createdAt: expect.any(String) }],
      page: { limit: 20, hasMore: false, nextCursor: null, total: 1 },
    });
  });

  it('is listed page by page, each author once, while others are followed', async () => {
    // Five of them in the same millisecond.
    await api.database.rows(
      `WITH authors AS (
        INSERT INTO users (id, email, email_key, username, username_key)
        SELECT gen_random_uuid(), name || '@example.com', name || '@example.com', name, name
        FROM (SELECT 'author-' || n AS name FROM generate_series(1, 25) n) names RETURNING id, username
      ) INSERT INTO subscriptions (id, author_id, subscriber_id, created_at)
        SELECT gen_random_uuid(), id, $1, now() - right(username, 1)::int / 5 * interval '1 minute' FROM authors`,
      [bob.id],
    );
    const pages = await walk(bob.client, `${USERS}/me/subscriptions?limit=4`, () => follow(bob, ada));
    const listed = pages.flat().map(({ author }) => (author as { username: string }).username);
    expect(listed).toHaveLength(25);
    expect([...new Set(listed)].sort()).toEqual(Array.from({ length: 25 }, (_, index) => `author-${index + 1}`).sort());

    await api.database.rows("UPDATE users SET deleted_at = now() WHERE username = 'author-7'");
    const rest = (await walk(bob.client, `${USERS}/me/subscriptions?limit=10`)).flat();
    expect(rest.map(({ author }) => (author as { username: string }).username)).not.toContain('author-7');
    expect(rest).toHaveLength(25);
  });
});
