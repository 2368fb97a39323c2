import { SignInLimits } from '../../src/auth/lockout/sign-in-limits.js';
import { SessionsRepository } from '../../src/auth/sessions/sessions.repository.js';
import { OutboxRepository } from '../../src/core/outbox/outbox.repository.js';
import { UsersService } from '../../src/users/users.service.js';
import { createPerson } from '../support/people.js';
import { TestApi } from '../support/test-api.js';

describe('what is deleted for good', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start();
  });

  afterAll(() => api.stop());

  const ids = async (table: string): Promise<string[]> =>
    (await api.database.rows<{ id: string }>(`SELECT id FROM ${table}`)).map(({ id }) => id);

  it('is an account that was deleted more than 30 days ago, with its posts, and no other', async () => {
    const [old, recent, live] = [
      await createPerson(api, 'old'),
      await createPerson(api, 'recent'),
      await createPerson(api, 'live'),
    ];
    for (const { client } of [old, recent, live])
      expect((await client.post('/api/v1/posts', { title: 'A post', content: '' })).status).toBe(201);
    for (const { client } of [old, recent]) expect((await client.delete('/api/v1/users/me')).status).toBe(204);
    const age = `UPDATE users SET deleted_at = now() - $2 * interval '1 hour' WHERE id = $1`;
    await api.database.rows(age, [old.id, 30 * 24 + 1]);
    await api.database.rows(age, [recent.id, 30 * 24 - 1]);

    await api.app.get(UsersService).purge();
    expect(await ids('users')).toEqual(expect.arrayContaining([recent.id, live.id]));
    expect(await ids('users')).not.toContain(old.id);
    const authors = await api.database.rows<{ id: string }>('SELECT author_id AS id FROM posts');
    expect(authors.map(({ id }) => id).sort()).toEqual([recent.id, live.id].sort());
  });

  it('is a session that ended before, whether it ran out or was ended, and no other', async () => {
    const { id } = await createPerson(api, 'sessions');
    await api.database.rows('DELETE FROM sessions');
    const insert = `INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at, revoked_at)
      VALUES (gen_random_uuid(), $1, now(), now(), now() + $2 * interval '1 day', now() + $3 * interval '1 day')
      RETURNING id`;
    const kept: string[] = [];
    for (const [expires, revoked, stays] of [
      [-10, null, false],
      [10, -10, false],
      [-1, null, true],
      [10, -1, true],
      [10, null, true],
    ]) {
      const [row] = await api.database.rows<{ id: string }>(insert, [id, expires, revoked]);
      if (row && stays) kept.push(row.id);
    }
    await api.app.get(SessionsRepository).purge(new Date(Date.now() - 5 * 86_400_000));
    expect((await ids('sessions')).sort()).toEqual(kept.sort());
  });

  it('is a counter of sign-ins that counts nothing any more, and no lock that holds', async () => {
    await api.database.rows(
      `INSERT INTO sign_in_counters (key, count, resets_at, blocked_until) VALUES
        ('over', 3, now() - interval '1 hour', NULL), ('unlocked', 12, now() - interval '1 hour', now() - interval '1 hour'),
        ('counts', 3, now() + interval '1 hour', NULL), ('locked', 12, now() - interval '1 hour', now() + interval '1 hour')`,
    );
    await api.app.get(SignInLimits).purge();
    const left = await api.database.rows<{ key: string }>(
      `SELECT key FROM sign_in_counters WHERE key IN ('over', 'unlocked', 'counts', 'locked') ORDER BY key`,
    );
    expect(left.map(({ key }) => key)).toEqual(['counts', 'locked']);
  });

  it('is an event that was done long ago, and none that is owed or parked', async () => {
    await api.database.rows(
      `INSERT INTO outbox_events (id, type, payload, state, done_at)
        SELECT gen_random_uuid(), 'Purged', '{}', state, done_at FROM (VALUES
          ('done', now() - interval '2 hours'), ('done', now()), ('pending', NULL), ('parked', NULL)
        ) AS event (state, done_at)`,
    );
    await api.app.get(OutboxRepository).purge(3_600);
    const left = await api.database.rows<{ state: string }>(
      `SELECT state FROM outbox_events WHERE type = 'Purged' ORDER BY state`,
    );
    expect(left.map(({ state }) => state)).toEqual(['done', 'parked', 'pending']);
  });
});
