import { UnsubscribeTokens } from '../../src/subscriptions/unsubscribe-tokens.js';
import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { RequestOptions } from '../support/test-client.js';
import { expectProblem } from './support/problem.js';
import { expectHeader } from './support/scenarios.js';

const UNSUBSCRIBE = '/api/v1/unsubscribe';
const ONE_CLICK = { 'List-Unsubscribe': 'One-Click' };
const BOUNDARY = 'boundary-of-the-test';
const MULTIPART = [
  `--${BOUNDARY}`,
  'Content-Disposition: form-data; name="List-Unsubscribe"',
  '',
  'One-Click',
  `--${BOUNDARY}--`,
  '',
].join('\r\n');

/** Bytes of the one token and of the other. */
const spliced = (one: string, other: string, at: number): string =>
  Buffer.concat([Buffer.from(one, 'base64url').subarray(0, at), Buffer.from(other, 'base64url').subarray(at)]).toString(
    'base64url',
  );

describe('unsubscribing with one click', () => {
  let api: TestApi;
  let ada: Person;
  let bob: Person;
  let eve: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    [ada, bob, eve] = [await createPerson(api, 'ada'), await createPerson(api, 'bob'), await createPerson(api, 'eve')];
  });

  beforeEach(async () => {
    await api.database.rows('TRUNCATE subscriptions');
    for (const follower of [bob, eve]) await follower.client.put(`/api/v1/users/${ada.id}/subscription`, undefined);
    await bob.client.put(`/api/v1/users/${eve.id}/subscription`, undefined);
  });

  afterAll(() => api.stop());

  const tokenOf = (follower: Person, author: Person): string =>
    api.app.get(UnsubscribeTokens).derive({ subscriberId: follower.id, authorId: author.id });

  const click = (token: string, options: RequestOptions = { form: ONE_CLICK }, more = '') =>
    api.client().request('POST', `${UNSUBSCRIBE}?token=${token}${more}`, options);

  const follows = async (): Promise<string[]> => {
    const rows = await api.database.rows<{ pair: string }>(
      `SELECT s.username || ' ' || a.username AS pair FROM subscriptions
        JOIN users s ON s.id = subscriber_id JOIN users a ON a.id = author_id ORDER BY pair`,
    );
    return rows.map(({ pair }) => pair);
  };
  const ALL = ['bob ada', 'bob eve', 'eve ada'];
  const WITHOUT_BOB = ['bob eve', 'eve ada'];

  it.each<{ name: string; options: RequestOptions; more?: string }>([
    { name: 'a form', options: { form: ONE_CLICK } },
    { name: 'a form with more in it', options: { form: { ...ONE_CLICK, email: 'bob@example.com' } } },
    {
      name: 'a form of parts',
      options: { raw: MULTIPART, headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` } },
    },
    { name: 'JSON', options: { body: ONE_CLICK } },
    { name: 'text that claims to be JSON', options: { raw: '{', headers: { 'content-type': 'application/json' } } },
    { name: 'plain text', options: { raw: 'List-Unsubscribe=One-Click', headers: { 'content-type': 'text/plain' } } },
    { name: 'no body', options: {} },
    { name: 'no body of a type', options: { headers: { 'content-type': 'application/x-www-form-urlencoded' } } },
    {
      name: 'a token that is not valid any more',
      options: { form: ONE_CLICK, headers: { authorization: 'Bearer expired' } },
    },
    {
      name: 'parameters that a tracker added',
      options: { form: ONE_CLICK },
      more: '&utm_source=mail&fbclid=x&utm_source=again',
    },
  ])('ends the subscription of the link and no other, with $name', async ({ options, more }) => {
    const answer = await click(tokenOf(bob, ada), options, more);
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(await follows()).toEqual(WITHOUT_BOB);
  });

  it('is no error the second time, nor twenty times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, async () => click(tokenOf(bob, ada))));
    answers.push(await click(tokenOf(bob, ada)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204));
    expect(await follows()).toEqual(WITHOUT_BOB);
  });

  it('can be taken back by following again', async () => {
    await click(tokenOf(bob, ada));
    await bob.client.put(`/api/v1/users/${ada.id}/subscription`, undefined);
    expect(await follows()).toEqual(ALL);
  });

  it('does nothing on behalf of who is signed in', async () => {
    const answer = await eve.client.request('POST', `${UNSUBSCRIBE}?token=${tokenOf(bob, ada)}`, { form: ONE_CLICK });
    expect(answer.status).toBe(204);
    expect(await follows()).toEqual(WITHOUT_BOB);
  });

  it.each(['GET', 'HEAD'])('shows a page to %s and changes nothing', async (method) => {
    const token = tokenOf(bob, ada);
    const answer = await api.client().request(method, `${UNSUBSCRIBE}?token=${token}&utm_source=mail`);
    expect(answer.status).toBe(200);
    expectHeader(answer, 'content-type', 'text/html; charset=utf-8');
    const form = `method="post" action="/api/v1/unsubscribe?token=${token}"`;
    expect(answer.text.includes(form)).toBe(method === 'GET');
    expect(await follows()).toEqual(ALL);
  });

  it('shows nothing of a token as markup', async () => {
    const { status, text } = await api.client().get(`${UNSUBSCRIBE}?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E`);
    expect(status).toBe(200);
    expect(text).not.toContain('<script>alert');
  });

  it('needs the token of a link', async () => {
    expectProblem(await api.client().request('POST', UNSUBSCRIBE), 400, 'LINK_TOKEN_INVALID');
    expect((await api.client().get(UNSUBSCRIBE)).status).toBe(200);
    expect(await follows()).toEqual(ALL);
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('is not open to %s', async (method) => {
    const answer = await api.client().request(method, `${UNSUBSCRIBE}?token=${tokenOf(bob, ada)}`);
    expectProblem(answer, 405, 'METHOD_NOT_ALLOWED');
    expect(await follows()).toEqual(ALL);
  });

  it.each<[string, () => string]>([
    ['of no characters', () => ''],
    ['of other characters', () => encodeURIComponent('<é> "&=')],
    ['cut at its end', () => tokenOf(bob, ada).slice(0, -1)],
    ['cut at its beginning', () => tokenOf(bob, ada).slice(1)],
    ['without its signature', () => Buffer.from(tokenOf(bob, ada), 'base64url').subarray(0, 32).toString('base64url')],
    ['with another last character', () => tokenOf(bob, ada).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['with more behind it', () => `${tokenOf(bob, ada)}AAAA`],
    ['with padding', () => `${tokenOf(bob, ada)}=`],
    ['in capitals', () => tokenOf(bob, ada).toUpperCase()],
    ['of somebody else’s ids and one’s own signature', () => spliced(tokenOf(bob, ada), tokenOf(eve, ada), 32)],
    ['of another author', () => spliced(tokenOf(bob, eve), tokenOf(bob, ada), 32)],
    ['with both ids exchanged', () => spliced(tokenOf(ada, bob), tokenOf(bob, ada), 32)],
    ['of nothing but zeros', () => Buffer.alloc(48).toString('base64url')],
    ['of ten thousand characters', () => 'A'.repeat(10_000)],
    ['said twice', () => `${tokenOf(bob, ada)}&token=${tokenOf(eve, ada)}`],
    ['that is an access token', () => bob.accessToken],
  ])('refuses a token %s', async (_name, token) => {
    expectProblem(await click(token()), 400, 'LINK_TOKEN_INVALID');
    expect(await follows()).toEqual(ALL);
  });

  it('refuses a request without a token, and one with the token in its body', async () => {
    expectProblem(await api.client().request('POST', UNSUBSCRIBE, { form: ONE_CLICK }), 400, 'LINK_TOKEN_INVALID');
    const form = { ...ONE_CLICK, token: tokenOf(bob, ada) };
    expectProblem(await api.client().request('POST', UNSUBSCRIBE, { form }), 400, 'LINK_TOKEN_INVALID');
    expect(await follows()).toEqual(ALL);
  });

  it('goes on after the follower or the author was deleted', async () => {
    const carl = await createPerson(api, 'carl');
    await carl.client.put(`/api/v1/users/${ada.id}/subscription`, undefined);
    await bob.client.put(`/api/v1/users/${carl.id}/subscription`, undefined);
    await carl.client.delete('/api/v1/users/me');
    for (const token of [tokenOf(carl, ada), tokenOf(bob, carl)])
      expect(await click(token)).toMatchObject({ status: 204, text: '' });
    expect(await follows()).toEqual(ALL);
  });
});
