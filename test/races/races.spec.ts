import * as fc from 'fast-check';
import { expectProblem } from '../e2e/support/problem.js';
import { until } from '../support/program.js';
import { PASSWORD } from '../support/people.js';
import type { Answer } from '../support/test-client.js';
import { explain, type PostAct, type PostState, type Sent } from './support/history.js';
import { Pair, somebody, type Somebody } from './support/pair.js';
import { expectHolds, PATIENCE } from './support/runs.js';

const POSTS = '/api/v1/posts';
const USERS = '/api/v1/users';
const AUTH = '/api/v1/auth';
const NEW_PASSWORD = 'battery staple correct';

/** What the one who ends a session is answered. */
const STATUS_OF_ENDING: Record<string, number> = {
  nothing: 200,
  thief: 401,
  'sign-out': 204,
  'others ended': 204,
  revocation: 200,
};

const ascending = (one: number, other: number): number => one - other;

const REFUSALS: Record<number, string> = { 404: 'POST_NOT_FOUND', 409: 'POST_STATE_CONFLICT', 412: 'VERSION_MISMATCH' };

/** Who was refused must have met something that refuses it, and a condition holds for one version alone. */
function expectExplained(sent: Sent[], states: PostState[]): void {
  const refused = sent.filter(({ status }) => status >= 300);
  expect(refused.map(({ code }) => code)).toEqual(refused.map(({ status }) => REFUSALS[status]));
  const those = (status: number): Sent[] => refused.filter((one) => one.status === status);
  expect(those(412).filter(({ act }) => act !== 'patch if unchanged')).toEqual([]);
  const met = { anotherVersion: states.length > 1, theTrash: states.some(({ isTrashed }) => isTrashed) };
  expect(met.anotherVersion || those(412).length === 0).toBe(true);
  expect(met.theTrash || those(404).length === 0).toBe(true);
  const conditional = sent.filter(({ act, status }) => act === 'patch if unchanged' && status < 300);
  expect(conditional.filter(({ version }) => version !== 2)).toEqual([]);
}

/** Requests that are sent at the same time, to two processes; afterwards what is there must follow from the answers. */
describe('races', () => {
  let pair: Pair;
  let author: Somebody;

  beforeAll(async () => {
    pair = await Pair.start();
    author = await pair.signUp();
  });

  afterAll(() => pair.stop());

  const write = async (more: object): Promise<Answer> => {
    const title = pair.name('Race');
    const answer = await pair.client(0, author.access).post(POSTS, { title, content: title, ...more });
    expect(answer.status).toBe(201);
    return answer;
  };

  async function act(
    turn: number,
    kind: PostAct,
    { id, etag }: { id: string; etag: string },
    title: string,
  ): Promise<Answer> {
    const client = pair.client(turn, author.access);
    if (kind === 'delete') return client.delete(`${POSTS}/${id}`);
    if (kind === 'patch') return client.patch(`${POSTS}/${id}`, { title });
    if (kind !== 'patch if unchanged')
      return client.post(`${POSTS}/${id}/${kind}`, kind === 'publish' ? {} : undefined);
    return client.patch(`${POSTS}/${id}`, { title }, { headers: { 'if-match': etag } });
  }

  it(
    'changes of one post take place one after the other, and none is lost',
    async () => {
      const kinds = fc.constantFrom<PostAct>(
        'patch',
        'patch if unchanged',
        'publish',
        'unpublish',
        'delete',
        'restore',
      );
      const batch = fc.array(kinds, { minLength: 4, maxLength: 12 });
      const property = fc.asyncProperty(batch, fc.boolean(), async (acts, published) => {
        const { body: post, headers } = await write({ published });
        const etag = headers.get('etag') ?? '';
        const sent = await Promise.all(
          acts.map(async (kind, turn) => {
            const title = `${post.title}, ${turn}`;
            const { status, body } = await act(turn, kind, { id: post.id, etag }, title);
            return { act: kind, title, status, code: body?.code, version: body?.version };
          }),
        );

        const first: PostState = { status: published ? 'published' : 'draft', isTrashed: false, title: post.title };
        const states = explain(first, sent);
        const [row] = await pair.database.rows(
          'SELECT version, status, title, deleted_at IS NOT NULL AS "isTrashed" FROM posts WHERE id = $1',
          [post.id],
        );
        expect(row).toEqual({ version: states.length, ...states.at(-1) });
        const kept = await pair.database.rows(
          'SELECT version, title FROM post_revisions WHERE post_id = $1 ORDER BY version',
          [post.id],
        );
        expect(kept).toEqual(states.slice(0, -1).map(({ title }, index) => ({ version: index + 1, title })));

        const isPublication = ({ status }: PostState, index: number): boolean =>
          status === 'published' && (index === 0 || states[index - 1]?.status === 'draft');
        expect(await pair.events('PostPublished', post.id)).toBe(states.filter(isPublication).length);

        expectExplained(sent, states);
      });
      await expectHolds(property, 15);
    },
    PATIENCE,
  );

  it(
    'of many who saw the same version one writes, and of many who publish one does',
    async () => {
      const property = fc.asyncProperty(fc.integer({ min: 2, max: 10 }), async (writers) => {
        const { body: post } = await write({});
        const turns = Array.from({ length: writers }, (_, turn) => turn);
        const etag = (await pair.client(1, author.access).get(`${POSTS}/${post.id}`)).headers.get('etag') ?? '';
        const patches = await Promise.all(
          turns.map((turn) =>
            pair
              .client(turn, author.access)
              .patch(`${POSTS}/${post.id}`, { excerpt: `By ${turn}` }, { headers: { 'if-match': etag } }),
          ),
        );
        expect(patches.map(({ status }) => status).sort(ascending)).toEqual([200, ...turns.slice(1).map(() => 412)]);
        const publications = await Promise.all(
          turns.map((turn) => pair.client(turn, author.access).post(`${POSTS}/${post.id}/publish`, {})),
        );
        expect(publications.map(({ status }) => status).sort(ascending)).toEqual([
          200,
          ...turns.slice(1).map(() => 409),
        ]);
        expect(await pair.events('PostPublished', post.id)).toBe(1);
      });
      await expectHolds(property, 8);
    },
    PATIENCE,
  );

  it(
    'one slug, one key of idempotency and one address are given to one',
    async () => {
      const property = fc.asyncProperty(fc.integer({ min: 2, max: 8 }), async (many) => {
        const turns = Array.from({ length: many }, (_, turn) => turn);
        const losers = (status: number): number[] => turns.slice(1).map(() => status);
        const [slug, key, name] = [pair.name('slug'), pair.name('key'), pair.name('name')];
        const post = (turn: number, more: object, headers = {}): Promise<Answer> =>
          pair.client(turn, author.access).post(POSTS, { title: slug, content: '', ...more }, { headers });

        const asked = await Promise.all(turns.map((turn) => post(turn, { slug, published: true })));
        expect(asked.map(({ status }) => status).sort(ascending)).toEqual([201, ...losers(409)]);
        const made = await Promise.all(turns.map((turn) => post(turn, {})));
        expect(new Set(made.map(({ body }) => body.slug)).size).toBe(many);

        const title = pair.name('Once');
        const repeated = await Promise.all(turns.map((turn) => post(turn, { title }, { 'idempotency-key': key })));
        const ids = repeated.filter(({ status }) => status === 201).map(({ body }) => body.id);
        expect(new Set(ids).size).toBe(1);
        for (const answer of repeated.filter(({ status }) => status !== 201))
          expect(answer).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_IN_USE' } });
        expect(await pair.counted('SELECT count(*)::int AS count FROM posts WHERE title = $1', [title])).toBe(1);

        // The same address and name, as differently as they can be written.
        const people = await Promise.all(
          turns.map((turn) => {
            const spelt = turn % 2 === 0 ? name : name.toUpperCase();
            const email = turn % 3 === 0 ? `${pair.name('other')}@example.com` : `${spelt}@example.com`;
            return pair.client(turn).post(USERS, { email, username: spelt, password: PASSWORD });
          }),
        );
        expect(people.map(({ status }) => status).sort(ascending)).toEqual([201, ...losers(409)]);
        const { body: winner } = people.find(({ status }) => status === 201) ?? {};
        expect(await pair.events('UserRegistered', winner.id)).toBe(1);
      });
      await expectHolds(property, 8);
    },
    PATIENCE,
  );

  it(
    'a session has one lineage, which goes on for the honest and ends with a thief or a sign-out',
    async () => {
      const end = fc.constantFrom('nothing', 'thief', 'sign-out', 'others ended', 'revocation');
      const rounds = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 4 });
      const property = fc.asyncProperty(rounds, end, async (tabs, ending) => {
        const owner = await pair.signUp();
        const other = await pair.signIn(owner.id, owner.email);
        const lineage = [owner];
        const race = (many: number, token: string): Promise<Answer>[] =>
          Array.from({ length: many }, (_, turn) => pair.refresh(turn, token));
        for (const many of tabs) {
          const answers = await Promise.all(race(many, lineage.at(-1)?.refresh ?? ''));
          const successors = answers.map((answer) => somebody(owner.id, owner.email, answer));
          expect(new Set(successors.map(({ refresh }) => refresh)).size).toBe(1);
          expect(lineage.map(({ refresh }) => refresh)).not.toContain(successors[0]?.refresh);
          for (const { access, sessionId } of successors) {
            expect(sessionId).toBe(owner.sessionId);
            expect(await pair.accepts(access)).toEqual([200, 200]);
          }
          lineage.push(...successors.slice(0, 1));
        }

        const current = lineage.at(-1) ?? owner;
        const endings: Record<string, () => Promise<Answer>> = {
          nothing: () => pair.client(1, current.access).get(`${AUTH}/sessions`),
          thief: () => pair.refresh(1, owner.refresh),
          'sign-out': () => pair.client(1, current.access).post(`${AUTH}/logout`),
          'others ended': () => pair.client(1, other.access).delete(`${AUTH}/sessions`),
          revocation: () => pair.client(1).request('POST', `${AUTH}/revoke`, { form: { token: current.refresh } }),
        };
        const [ended, ...last] = await Promise.all([endings[ending]?.(), ...race(5, current.refresh)]);
        expect(ended?.status).toBe(STATUS_OF_ENDING[ending]);
        const given = last.filter(({ status }) => status === 200).map(({ body }) => body);
        expect(new Set(given.map((body) => body.refresh_token)).size).toBeLessThanOrEqual(1);

        const isOver = ending !== 'nothing';
        const expected = isOver ? [401, 401] : [200, 200];
        for (const access of [current.access, ...given.map((body) => body.access_token)])
          expect(await pair.accepts(access)).toEqual(expected);
        const useless = isOver ? [current.refresh, ...given.map((body) => body.refresh_token)] : [];
        for (const token of useless) expect((await pair.refresh(0, token)).status).toBe(401);
        expect(await pair.accepts(other.access)).toEqual([200, 200]);
        const told = ending === 'thief' ? 1 : 0;
        expect(await pair.events('RefreshTokenReused', owner.sessionId)).toBe(told);
        const live = await pair.client(0, other.access).get(`${AUTH}/sessions`);
        expect(live.body.items).toHaveLength(isOver ? 1 : 2);
      });
      await expectHolds(property, 6);
    },
    PATIENCE,
  );

  it(
    'a password is changed once, and who signed in with the former one meanwhile is out',
    async () => {
      const delays = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 4, maxLength: 12 });
      const property = fc.asyncProperty(delays, fc.integer({ min: 1, max: 4 }), async (waits, changers) => {
        const owner = await pair.signUp();
        const passwords = Array.from({ length: changers }, (_, turn) => `${NEW_PASSWORD} ${turn}`);
        const changing = passwords.map((newPassword, turn) =>
          pair.client(turn, owner.access).post(`${AUTH}/password/change`, { currentPassword: PASSWORD, newPassword }),
        );
        const entering = waits.map(async (wait, turn) => {
          await new Promise((resolve) => setTimeout(resolve, wait));
          return pair.login(turn, owner.email, PASSWORD);
        });
        const [changes, entries] = await Promise.all([Promise.all(changing), Promise.all(entering)]);
        const winners = passwords.filter((_, turn) => changes[turn]?.status === 204);
        expect(winners).toHaveLength(1);
        for (const { body } of entries.filter(({ status }) => status === 200))
          expect(await pair.accepts(body.access_token)).toEqual([401, 401]);
        for (const answer of entries.filter(({ status }) => status !== 200))
          expectProblem(answer, 401, 'INVALID_CREDENTIALS');
        for (const answer of changes.filter(({ status }) => status !== 204))
          expectProblem(answer, 403, 'WRONG_PASSWORD');
        expect(await pair.accepts(owner.access)).toEqual([200, 200]);
        for (const password of passwords)
          expect((await pair.login(1, owner.email, password)).status).toBe(winners.includes(password) ? 200 : 401);
        expect(await pair.events('PasswordChanged', owner.id)).toBe(1);
      });
      await expectHolds(property, 6);
    },
    PATIENCE,
  );

  it(
    'administrators who depose each other leave one',
    async () => {
      const property = fc.asyncProperty(fc.integer({ min: 2, max: 4 }), async (many) => {
        const admins = await Promise.all(Array.from({ length: many }, () => pair.signUp()));
        const ids = admins.map(({ id }) => id);
        await pair.database.rows(`UPDATE users SET role = CASE WHEN id = ANY($1) THEN 'admin' ELSE 'user' END`, [ids]);
        await Promise.all(
          admins.map(({ access }, turn) =>
            pair.client(turn, access).patch(`${USERS}/${ids[(turn + 1) % many]}`, { role: 'user' }),
          ),
        );
        const left = await pair.counted(`SELECT count(*)::int AS count FROM users WHERE role = 'admin'`, []);
        expect(left).toBeGreaterThanOrEqual(1);
      });
      await expectHolds(property, 5);
    },
    PATIENCE,
  );

  it(
    'whoever follows is one row, and gets one mail for a post',
    async () => {
      const [loyal, fickle, stranger] = await Promise.all([pair.signUp(), pair.signUp(), pair.signUp()]);
      await pair.database.rows('UPDATE users SET email_verified_at = now() WHERE id = ANY($1)', [
        [loyal.id, fickle.id, stranger.id],
      ]);
      const path = `${USERS}/${author.id}/subscription`;
      const follow = (turn: number, { access }: Somebody, does = true): Promise<Answer> =>
        does ? pair.client(turn, access).put(path, undefined) : pair.client(turn, access).delete(path);
      const rows = (by: Somebody): Promise<number> =>
        pair.counted('SELECT count(*)::int AS count FROM subscriptions WHERE subscriber_id = $1', [by.id]);
      expect((await follow(0, loyal)).status).toBe(204);
      const posts: string[] = [];

      const property = fc.asyncProperty(fc.array(fc.boolean(), { minLength: 3, maxLength: 10 }), async (wishes) => {
        const { body: post } = await write({});
        posts.push(post.id);
        const changing = wishes.flatMap((does, turn) => [follow(turn, fickle, does), follow(turn, loyal)]);
        const publishing = [0, 1].map((turn) =>
          pair.client(turn, author.access).post(`${POSTS}/${post.id}/publish`, {}),
        );
        for (const { status } of await Promise.all(changing)) expect(status).toBe(204);
        await Promise.all(publishing);
        expect(await rows(fickle)).toBeLessThanOrEqual(1);
        const last = wishes[0] ?? true;
        await Promise.all([0, 1, 2, 3].map((turn) => follow(turn, fickle, last)));
        expect([await rows(loyal), await rows(fickle), await rows(stranger)]).toEqual([1, last ? 1 : 0, 0]);
        const list = await pair.client(1, fickle.access).get(`${USERS}/me/subscriptions`);
        expect(list.body.items).toHaveLength(last ? 1 : 0);
      });
      await expectHolds(property, 6);

      const owed = `SELECT (SELECT count(*) FROM outbox_events WHERE state <> 'done')::int
        + (SELECT count(*) FROM email_fan_outs WHERE done_at IS NULL)::int AS count`;
      await until(async () => (await pair.counted(owed, [])) === 0);
      const mails = await pair.database.rows<{ userId: string; mails: number; posts: number }>(
        `SELECT user_id AS "userId", count(*)::int AS mails, count(DISTINCT post_id)::int AS posts FROM emails
          WHERE kind = 'new-post' AND post_id = ANY($1) GROUP BY user_id`,
        [posts],
      );
      expect(mails.find(({ userId }) => userId === loyal.id)).toMatchObject({
        mails: posts.length,
        posts: posts.length,
      });
      for (const one of mails) expect(one.mails).toBe(one.posts);
      expect(mails.map(({ userId }) => userId)).not.toContain(stranger.id);
    },
    PATIENCE,
  );
});
