import { WebSocket } from 'ws';
import { Broadsheet, MemoryTokens, ok, type LiveEvent } from '../../clients/typescript/src/index.js';
import { insertLiveEvents } from '../../src/core/live/live-events.js';
import { until } from '../support/program.js';
import { TestApi } from '../support/test-api.js';
import { Wire } from './support/wire.js';

const PASSWORD = 'correct horse battery';

/** Those that a client has opened, the last one last. */
const opened: WebSocket[] = [];

class OwnSocket extends WebSocket {
  constructor(url: string) {
    super(url);
    opened.push(this);
  }
}

const authenticated = (socket?: WebSocket): Promise<void> =>
  new Promise((resolve) =>
    socket?.on('message', (data) => (data as Buffer).toString().includes('"authenticated"') && resolve()),
  );

describe('the TypeScript client on a WebSocket', () => {
  let api: TestApi;
  let wire: Wire;
  let tokens: MemoryTokens;
  let broadsheet: Broadsheet;
  let account: string;
  let leaving: AbortController;
  let seen: LiveEvent[];
  let listening: Promise<void>;

  beforeAll(async () => {
    api = await TestApi.start({ RATE_LIMIT: '0', LOGIN_RATE_LIMIT: '0' });
  });
  afterAll(() => api.stop());

  let number = 0;
  beforeEach(async () => {
    opened.length = 0;
    number += 1;
    const email = `socket${number}@example.com`;
    [wire, tokens, leaving, seen] = [new Wire(), new MemoryTokens(), new AbortController(), []];
    broadsheet = new Broadsheet({
      baseUrl: api.url,
      tokens,
      fetch: wire.fetch,
      WebSocket: OwnSocket,
      patience: { sleep: async () => undefined },
    });
    account = (await ok(broadsheet.api.POST('/api/v1/users', { body: { email, password: PASSWORD } }))).id;
    await broadsheet.signIn(email, PASSWORD);
  });

  afterEach(async () => {
    leaving.abort();
    await listening.catch(() => undefined);
  });

  async function listen(): Promise<void> {
    for await (const event of broadsheet.ownEvents({ signal: leaving.signal })) seen.push(event);
  }

  /** Once the server knows who it is. */
  async function listenAsAccount(): Promise<void> {
    listening = listen();
    await until(() => opened.length === 1);
    await authenticated(opened[0]);
  }

  /** As the worker does with a mail that was sent. */
  const tellAccount = (id = account) =>
    api.database.rows(insertLiveEvents("VALUES ('email.sent', $1::uuid, $2::jsonb)"), [id, { kind: 'welcome' }]);

  const publish = (title: string) =>
    ok(broadsheet.api.POST('/api/v1/posts', { body: { title, content: 'text', published: true } }));

  it('hears what is for everybody, and what is for its account alone', async () => {
    await listenAsAccount();
    await tellAccount('01970f40-1d5e-7c21-8a34-6b0c9e7d2f55');
    await tellAccount();
    const { id } = await publish('By socket');
    await until(() => seen.length === 2);
    expect(seen.map(({ event }) => event)).toEqual(['email.sent', 'post.published']);
    expect(seen[1]).toMatchObject({ id: expect.any(String), data: { id } });
  });

  it('goes on behind the last event when the connection breaks', async () => {
    await listenAsAccount();
    await publish('Before');
    await until(() => seen.length === 1);
    opened[0]?.terminate();
    await tellAccount();
    await publish('After');
    await until(() => seen.length === 3);
    expect(seen.map(({ event }) => event)).toEqual(['post.published', 'email.sent', 'post.published']);
    expect(opened[1]?.url).toContain(`lastEventId=${seen[0]?.id}`);
  });

  it('shows a new token where the former one has expired', async () => {
    await listenAsAccount();
    api.travel(1_000);
    const again = authenticated(opened[0]);
    // Found expired, and told to nobody; the next one is told.
    await tellAccount();
    await again;
    await tellAccount();
    await until(() => seen.length === 1);
    expect(opened).toHaveLength(1);
    expect(wire.count('/api/v1/auth/refresh')).toBe(1);
  });

  it('ends where the session does', async () => {
    await listenAsAccount();
    // And not `signOut()`, which would forget the tokens, too.
    await broadsheet.api.POST('/api/v1/auth/logout');
    await until(() => seen.length === 1);
    expect(seen).toMatchObject([{ event: 'session.revoked' }]);
    opened[0]?.terminate();
    await expect(listening).rejects.toMatchObject({ status: 401 });
  });

  it('says at once that nobody is signed in, or that there is no WebSocket', async () => {
    await broadsheet.signOut();
    listening = listen();
    await expect(listening).rejects.toMatchObject({ name: 'BroadsheetError', status: 401 });
    const { WebSocket: own } = globalThis;
    Object.assign(globalThis, { WebSocket: undefined });
    expect(() => new Broadsheet({ baseUrl: api.url }).ownEvents()).toThrow('There is no WebSocket here');
    Object.assign(globalThis, { WebSocket: own });
  });
});
