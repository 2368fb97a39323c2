import { request } from 'node:http';
import { LiveEvents } from '../../src/core/live/live-events.js';
import { LiveFeed } from '../../src/live/feed/live-feed.js';
import { LiveHub } from '../../src/live/live-hub.js';
import { LiveSocket } from '../support/live-socket.js';
import { createPerson, PASSWORD, signIn, type Person } from '../support/people.js';
import { until } from '../support/program.js';
import { TestApi } from '../support/test-api.js';
import { forge } from './support/forge.js';
import { exchange } from './support/wire.js';

const POSTS = '/api/v1/posts';
const AUTH = '/api/v1/auth';

describe('live events over WebSocket', () => {
  let api: TestApi;
  let ada: Person;
  let root: Person;
  let people = 0;
  const open: LiveSocket[] = [];

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    root = await createPerson(api, 'root', 'admin');
  });

  afterEach(() => {
    for (const socket of open.splice(0)) socket.close();
  });

  afterAll(() => api.stop());

  const connect = async (...parameters: [query?: string, options?: object]): Promise<LiveSocket> => {
    await api.app.get(LiveFeed).refresh();
    const socket = await LiveSocket.open(api.url, ...parameters);
    open.push(socket);
    return socket;
  };

  const somebody = async (): Promise<Person> => createPerson(api, `somebody.${(people += 1)}`);

  const publish = async (title: string): Promise<string> =>
    (await root.client.post(POSTS, { title, content: 'x', published: true })).body.id;

  const mailTo = async ({ id }: Person, kind: string): Promise<void> =>
    api.app.get(LiveEvents, { strict: false }).record({ name: 'email.sent', audience: id, data: { id, kind } });

  const errorOf = async (message: unknown): Promise<string> => {
    const socket = await connect();
    socket.say(message);
    return (await socket.receives('error'))?.data.code;
  };

  it('tell everybody of posts, and each account of its own mails and sessions alone', async () => {
    const bob = await somebody();
    const sockets = [await connect(), await connect(), await connect()] as const;
    const [nobody, adas, bobs] = sockets;
    await adas.authenticate(ada.accessToken);
    await bobs.authenticate(bob.accessToken);
    await mailTo(ada, 'welcome');
    await mailTo(bob, 'verify');
    const id = await publish('For all');
    await root.client.delete(`${POSTS}/${id}`);
    for (const socket of sockets) await socket.receives('post.deleted');

    const posts = ['post.published for-all', 'post.deleted for-all'];
    expect(nobody.told).toEqual(posts);
    expect(adas.told).toEqual(['email.sent welcome', ...posts]);
    expect(bobs.told).toEqual(['email.sent verify', ...posts]);
    expect(adas.messages.at(-1)).toEqual({
      event: 'post.deleted',
      id: expect.any(String),
      data: { id, slug: 'for-all' },
    });
  });

  describe('to whoever resumes', () => {
    it('tell what the account has missed as well, in order and once', async () => {
      const before = await connect();
      before.close();
      await publish('Missed');
      await mailTo(ada, 'password-changed');
      await mailTo(root, 'welcome');
      await publish('Missed, too');
      const after = await connect(`?lastEventId=${before.lastEventId}`);
      await after.authenticate(ada.accessToken);
      await publish('New');
      await until(() => after.told.length === 4);
      expect(after.told).toEqual([
        'post.published missed',
        'email.sent password-changed',
        'post.published missed-too',
        'post.published new',
      ]);
    });

    it('do not wait for ever to be told who it is, and say so if that comes too late', async () => {
      const before = await connect();
      before.close();
      await publish('In vain');
      await mailTo(ada, 'verify');
      const after = await connect(`?lastEventId=${before.lastEventId}`);
      await after.receives('post.published');
      await after.authenticate(ada.accessToken);
      await after.receives('resync');
      expect(after.told).toEqual(['post.published in-vain', 'resync']);
    });

    it('say that something is missing where nobody knows the event', async () => {
      const socket = await connect('?lastEventId=nonsense');
      await socket.authenticate(ada.accessToken);
      await socket.receives('resync');
      expect(socket.told).toEqual(['resync']);
    });
  });

  describe('are lost by a session', () => {
    it.each<{ by: string; act: (person: Person) => Promise<unknown> }>([
      { by: 'signing out', act: async ({ client }) => client.post(`${AUTH}/logout`) },
      {
        by: 'another session of the account',
        act: async ({ username }) => (await signIn(api, username)).client.delete(`${AUTH}/sessions`),
      },
      {
        by: 'a new password',
        act: async ({ username }) => {
          const { client } = await signIn(api, username);
          return client.post(`${AUTH}/password/change`, { currentPassword: PASSWORD, newPassword: 'battery staple' });
        },
      },
      {
        by: 'an administrator who disables the account',
        act: async ({ id }) => root.client.patch(`/api/v1/users/${id}`, { isActive: false }),
      },
      { by: 'the end of the account', act: async ({ client }) => client.delete('/api/v1/users/me') },
      {
        by: 'the revocation of its refresh token',
        act: async ({ refreshToken }) =>
          api.client().post(`${AUTH}/revoke`, undefined, { form: { token: refreshToken } }),
      },
    ])('ended by $by: it is told so, and no more', async ({ act }) => {
      const person = await somebody();
      const socket = await connect();
      await socket.authenticate(person.accessToken);
      await act(person);
      await mailTo(person, 'secret');
      await publish('Public');
      await socket.receives('post.published');
      expect(socket.told).toEqual(['session.revoked', expect.stringMatching(/^post\.published public/)]);
      socket.say({ event: 'authenticate', data: { token: person.accessToken } });
      expect((await socket.receives('error'))?.data.code).toMatch(/^(INVALID_TOKEN|ACCOUNT_DISABLED)$/);
    });

    it('not by the end of another session of the account', async () => {
      const person = await somebody();
      const other = await signIn(api, person.username);
      const socket = await connect();
      await socket.authenticate(person.accessToken);
      await other.client.post(`${AUTH}/logout`);
      await mailTo(person, 'still');
      await socket.receives('email.sent');
      expect(socket.told).toEqual(['session.revoked', 'email.sent still']);
    });

    it('ended by whatever tells nobody, with the next heartbeat', async () => {
      const person = await somebody();
      const socket = await connect();
      await socket.authenticate(person.accessToken);
      await api.database.rows('UPDATE sessions SET expires_at = now() WHERE user_id = $1', [person.id]);
      await api.app.get(LiveHub).beat();
      expect((await socket.receives('error'))?.data.code).toBe('INVALID_TOKEN');
      await mailTo(person, 'secret');
      await publish('Afterwards');
      await socket.receives('post.published');
      expect(socket.told).toEqual(['post.published afterwards']);
    });
  });

  it.each([
    { name: 'no JSON', message: '{"event":', code: 'MALFORMED_REQUEST' },
    { name: 'a list', message: [], code: 'VALIDATION_FAILED' },
    { name: 'a prototype', message: '{"__proto__": {}}', code: 'VALIDATION_FAILED' },
    { name: 'an unknown event', message: { event: 'publish', data: {} }, code: 'VALIDATION_FAILED' },
    {
      name: 'an unknown member',
      message: { event: 'authenticate', data: { token: 'x' }, as: 'root' },
      code: 'VALIDATION_FAILED',
    },
    {
      name: 'no token',
      message: { event: 'authenticate', data: { token: { sub: 'root' } } },
      code: 'VALIDATION_FAILED',
    },
    { name: 'a forged token', message: { event: 'authenticate', data: { token: 'a.b.c' } }, code: 'INVALID_TOKEN' },
  ])('refuse $name', async ({ message, code }) => {
    expect(await errorOf(message)).toBe(code);
  });

  it('refuse a token that another key has signed, and one of a disabled account', async () => {
    const person = await somebody();
    expect(await errorOf({ event: 'authenticate', data: { token: forge(api, person, { key: 'another key' }) } })).toBe(
      'INVALID_TOKEN',
    );
    await root.client.patch(`/api/v1/users/${person.id}`, { isActive: false });
    const token = person.accessToken;
    expect(await errorOf({ event: 'authenticate', data: { token } })).toBe('ACCOUNT_DISABLED');
  });

  it('end a connection that says too much, or too much at once', async () => {
    const [many, large] = [await connect(), await connect()];
    for (let count = 0; count < 31; count += 1) many.say('{}');
    large.say('x'.repeat(4_097));
    expect([await many.closes(), await large.closes()]).toEqual([1008, 1009]);
  });

  it('end a connection whose other end is dead', async () => {
    const [alive, dead] = [await connect(), await connect('', { autoPong: false })];
    const hub = api.app.get(LiveHub);
    await hub.beat();
    await until(() => alive.pings === 1);
    // Its answer is on its way.
    await publish('In between');
    await alive.receives('post.published');
    await until(async () => {
      await hub.beat();
      return dead.closedWith !== undefined;
    });
    expect(dead.closedWith).toBe(1006);
  });

  describe('are opened', () => {
    it.each(['http://localhost:5173', 'http://localhost:3000'])('by pages of %s', async (origin) => {
      expect(await LiveSocket.refusal(api.url, '', { origin })).toBe(101);
    });

    it.each(['https://evil.example', 'null', 'http://localhost:3000.evil.example'])(
      'not by pages of %s',
      async (origin) => {
        expect(await LiveSocket.refusal(api.url, '', { origin })).toBe(403);
      },
    );

    it('not where the host, the query or the path is wrong, and the answer is as everywhere', async () => {
      expect(await LiveSocket.refusal(api.url, '', { host: 'evil.example' })).toBe(421);
      expect(await LiveSocket.refusal(api.url, '?token=secret')).toBe(422);
      expect(await LiveSocket.refusal(api.url, '/../posts')).toBe(200);
      const { hostname, port } = new URL(api.url);
      const handshake = [
        'GET /api/v1/ws?x=1 HTTP/1.1',
        `Host: ${hostname}:${port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
      ];
      const answer = await exchange(api.url, `${handshake.join('\r\n')}\r\n\r\n`);
      expect(answer).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED', instance: '/api/v1/ws' } });
      const incomplete = handshake.with(0, 'GET /api/v1/ws HTTP/1.1');
      expect(await exchange(api.url, `${incomplete.join('\r\n')}\r\n\r\n`)).toMatchObject({
        status: 426,
        body: { code: 'UPGRADE_REQUIRED' },
      });
    });

    it('by nothing but a WebSocket', async () => {
      const answer = await api.client().get('/api/v1/ws');
      expect(answer).toMatchObject({ status: 426, body: { code: 'UPGRADE_REQUIRED' } });
      expect(answer.headers.get('sec-websocket-version')).toBe('13');
    });
  });

  it('take nothing from requests that would rather have another protocol, and bodies with them', async () => {
    const body = JSON.stringify({ title: 'By HTTP/2', content: 'x'.repeat(100_000) });
    const headers = {
      authorization: `Bearer ${ada.accessToken}`,
      'content-type': 'application/json',
      'content-length': body.length,
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQAAP__',
    };
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${api.url}${POSTS}`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.end(body);
    });
    expect(status).toBe(201);
  });

  it('are counted and logged as the exchange of HTTP that they begin with', async () => {
    await connect();
    const { text } = await api.client().get('/metrics');
    expect(text).toMatch(/^live_connections\{transport="websocket"\} 1$/m);
    expect(text).toMatch(/route="\/api\/v1\/ws",status="101"/);
  });

  it('lose an account whose token has expired', async () => {
    const socket = await connect();
    await socket.authenticate(ada.accessToken);
    api.travel(api.settings.ACCESS_TOKEN_TTL + 1);
    await mailTo(ada, 'late');
    expect((await socket.receives('error'))?.data.code).toBe('INVALID_TOKEN');
    await mailTo(ada, 'later');
    await api.app.get(LiveFeed).refresh();
    expect(socket.told).toEqual([]);
    socket.say({ event: 'authenticate', data: { token: ada.accessToken } });
    await socket.receives('error', 2);
  });
});
