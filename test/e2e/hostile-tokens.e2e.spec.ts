import { LinkTokens, type LinkPurpose } from '../../src/auth/tokens/link-tokens.js';
import { Clock } from '../../src/core/clock/clock.js';
import { UnsubscribeTokens } from '../../src/subscriptions/unsubscribe-tokens.js';
import { UsersService } from '../../src/users/users.service.js';
import { LiveSocket } from '../support/live-socket.js';
import { createPerson, PASSWORD, type Person } from '../support/people.js';
import { until } from '../support/program.js';
import { TestApi } from '../support/test-api.js';
import type { Answer } from '../support/test-client.js';

const AUTH = '/api/v1/auth';
const METRICS_TOKEN = 'a-token-for-the-metrics';
const COOKIE = 'broadsheet_queues';

/** Letters and digits stay such, so that what is refused is the signature and not the alphabet. */
const flipped = (token: string, at: number): string => {
  const place = Math.min(token.length - 1, Math.floor(token.length * at));
  return token.slice(0, place) + (token[place] === 'Q' ? 'R' : 'Q') + token.slice(place + 1);
};

const FORGERIES: [name: string, forge: (token: string) => string][] = [
  ...[0, 0.2, 0.4, 0.6, 0.8, 1].map((at): [string, (token: string) => string] => [
    `with another letter at ${at}`,
    (token) => flipped(token, at),
  ]),
  ['cut at its end', (token) => token.slice(0, -1)],
  ['cut at its beginning', (token) => token.slice(1)],
  ['cut to a half', (token) => token.slice(0, token.length / 2)],
  ['with a letter more', (token) => `${token}A`],
  ['with padding', (token) => `${token}=`],
  ['with a dot behind', (token) => `${token}.`],
  ['twice', (token) => token + token],
  ['in capitals', (token) => token.toUpperCase()],
  ['the other way round', (token) => [...token].toReversed().join('')],
  ['of zeros', (token) => token.replaceAll(/[A-Za-z0-9]/g, 'A')],
  ['that is empty', () => ''],
  ['that is "null"', () => 'null'],
  ['that is SQL', () => "' OR '1'='1"],
  ['that is a list', () => '[]'],
  ['that is long', () => 'A'.repeat(5_000)],
];

type Family =
  | 'access'
  | 'refresh'
  | 'verify'
  | 'change-email'
  | 'reset'
  | 'invite'
  | 'unsubscribe'
  | 'cursor'
  | 'dashboard'
  | 'metrics';

interface Door {
  name: string;
  opensTo: Family[];
  isOpened: (token: string) => Promise<boolean>;
}

const is = async (status: number, answer: Promise<Answer>): Promise<boolean> => (await answer).status === status;

/** Every token that there is, at every place that takes one. */
describe('a token', () => {
  let api: TestApi;
  let count = 0;

  beforeAll(async () => {
    api = await TestApi.start({ METRICS_TOKEN });
  });

  afterAll(() => api.stop());

  const link = async (owner: Person, purpose: LinkPurpose): Promise<string> => {
    const contact = await api.app.get(UsersService).contact(owner.id);
    if (!contact) throw new Error('The account has no contact');
    return api.app.get(LinkTokens).derive(purpose, contact, api.app.get(Clock).now());
  };

  const GENUINE: Record<Family, (owner: Person) => Promise<string>> = {
    access: async ({ accessToken }) => accessToken,
    refresh: async ({ refreshToken }) => refreshToken,
    verify: (owner) => link(owner, 'verify'),
    'change-email': async (owner) => {
      const body = { email: `new.${owner.email}`, password: PASSWORD };
      expect((await owner.client.post(`${AUTH}/email/change`, body)).status).toBe(202);
      return link(owner, 'change-email');
    },
    reset: (owner) => link(owner, 'reset'),
    invite: (owner) => link(owner, 'invite'),
    unsubscribe: async ({ id }) => api.app.get(UnsubscribeTokens).derive({ subscriberId: id, authorId: id }),
    cursor: async ({ client }) => (await client.get('/api/v1/users?limit=1')).body.page.nextCursor,
    dashboard: async ({ username }) => {
      const form = { username, password: PASSWORD };
      const { headers } = await api.client().request('POST', '/queues/login', { form });
      return new RegExp(`${COOKIE}=([^;]+)`).exec(headers.get('set-cookie') ?? '')?.[1] ?? '';
    },
    metrics: async () => METRICS_TOKEN,
  };

  const authenticates = async (token: string): Promise<boolean> => {
    const socket = await LiveSocket.open(api.url);
    socket.say({ event: 'authenticate', data: { token } });
    const has = (event: string) => socket.messages.some((message) => message.event === event);
    // What is longer than any message is not answered but ends the connection.
    await until(() => has('authenticated') || has('error') || socket.closedWith !== undefined);
    const isTaken = has('authenticated');
    socket.close();
    return isTaken;
  };

  const doorsOf = (owner: Person): Door[] => {
    const { client } = owner;
    const anybody = api.client();
    const post = async (status: number, path: string, body: object) =>
      is(status, anybody.post(`${AUTH}/${path}`, body));
    return [
      {
        name: 'Authorization',
        opensTo: ['access'],
        isOpened: async (token) => is(200, api.client(token).get('/api/v1/users/me')),
      },
      { name: 'a WebSocket', opensTo: ['access'], isOpened: authenticates },
      {
        name: 'the query (RFC 6750 §2.3)',
        opensTo: [],
        isOpened: async (token) => is(200, anybody.get(`/api/v1/users/me?access_token=${encodeURIComponent(token)}`)),
      },
      {
        name: 'metrics',
        opensTo: ['metrics'],
        isOpened: async (token) => is(200, anybody.get('/metrics', { headers: { authorization: `Bearer ${token}` } })),
      },
      {
        name: 'the dashboard',
        opensTo: ['dashboard'],
        isOpened: async (token) =>
          is(200, anybody.get('/queues/api/queues', { headers: { cookie: `${COOKIE}=${token}` } })),
      },
      {
        name: 'a list',
        opensTo: ['cursor'],
        isOpened: async (token) =>
          token !== '' && is(200, client.get(`/api/v1/users?cursor=${encodeURIComponent(token)}`)),
      },
      {
        name: 'unsubscribing',
        opensTo: ['unsubscribe'],
        isOpened: async (token) =>
          is(204, anybody.post(`/api/v1/unsubscribe?token=${encodeURIComponent(token)}`, undefined)),
      },
      {
        name: 'verifying',
        opensTo: ['verify', 'change-email'],
        isOpened: (token) => post(204, 'email/verify', { token }),
      },
      {
        name: 'the token endpoint',
        opensTo: ['refresh'],
        isOpened: async (token) => {
          const form = { grant_type: 'refresh_token', refresh_token: token };
          return is(200, anybody.request('POST', `${AUTH}/token`, { form }));
        },
      },
      { name: 'refreshing', opensTo: ['refresh'], isOpened: (token) => post(200, 'refresh', { refresh_token: token }) },
      {
        name: 'resetting',
        opensTo: ['reset', 'invite'],
        isOpened: (token) => post(204, 'password/reset', { token, password: 'battery staple correct' }),
      },
    ];
  };

  it.each(Object.keys(GENUINE) as Family[])(
    'of the family %s opens its own doors, and no forgery any',
    async (family) => {
      const owner = await createPerson(api, `person.${(count += 1)}`, 'admin');
      const token = await GENUINE[family](owner);
      expect(token.length).toBeGreaterThan(20);
      const doors = doorsOf(owner);
      const opened: string[] = [];
      for (const [name, forge] of FORGERIES)
        for (const door of doors) if (await door.isOpened(forge(token))) opened.push(`${door.name}: ${name}`);
      for (const door of doors)
        if (!door.opensTo.includes(family) && (await door.isOpened(token))) opened.push(door.name);
      expect(opened).toEqual([]);
      // None of that has cost the owner the session.
      expect((await owner.client.get('/api/v1/users/me')).status).toBe(200);
      for (const door of doors.filter(({ opensTo }) => opensTo.includes(family)))
        expect({ door: door.name, isOpened: await door.isOpened(token) }).toEqual({ door: door.name, isOpened: true });
    },
  );

  it('of any family but those of sessions ends no session when it is revoked', async () => {
    const owner = await createPerson(api, `person.${(count += 1)}`, 'admin');
    for (const family of Object.keys(GENUINE) as Family[]) {
      if (family === 'access' || family === 'refresh') continue;
      const form = { token: await GENUINE[family](owner) };
      expect((await api.client().request('POST', `${AUTH}/revoke`, { form })).status).toBe(200);
    }
    expect((await owner.client.get('/api/v1/users/me')).status).toBe(200);
    expect((await api.client().post(`${AUTH}/refresh`, { refresh_token: owner.refreshToken })).status).toBe(200);
  });
});
