import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import {
  Broadsheet,
  BroadsheetError,
  items,
  MemoryTokens,
  ok,
  type LiveEvent,
} from '../../clients/typescript/src/index.js';
import { TestApi } from '../support/test-api.js';
import { refused, Wire } from './support/wire.js';

const PASSWORD = 'correct horse battery';

describe('the TypeScript client', () => {
  let api: TestApi;
  let wire: Wire;
  let waited: number[];
  let broadsheet: Broadsheet;
  let address: string;

  const client = (tokens = new MemoryTokens()) =>
    new Broadsheet({
      baseUrl: api.url,
      tokens,
      fetch: wire.fetch,
      patience: {
        sleep: async (milliseconds) => void waited.push(milliseconds),
        now: () => Date.parse('2026-03-01'),
        random: () => 0.5,
      },
    });

  beforeAll(async () => {
    api = await TestApi.start({ RATE_LIMIT: '0', LOGIN_RATE_LIMIT: '0' });
  });
  afterAll(() => api.stop());

  let number = 0;
  beforeEach(async () => {
    wire = new Wire();
    waited = [];
    broadsheet = client();
    number += 1;
    address = `ada${number}@example.com`;
    await ok(broadsheet.api.POST('/api/v1/users', { body: { email: address, password: PASSWORD } }));
    await broadsheet.signIn(address, PASSWORD);
    wire.sent.length = 0;
  });

  const me = (of = broadsheet) => ok(of.api.GET('/api/v1/users/me'));

  it('is whoever signed in, until it signs out', async () => {
    expect(await me()).toMatchObject({ email: address });
    await broadsheet.signOut();
    await expect(me()).rejects.toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  it('throws the problem of an answer, and refreshes nothing for a wrong password', async () => {
    const error = await broadsheet.signIn(address, 'wrong').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BroadsheetError);
    expect(error).toMatchObject({
      status: 401,
      code: 'INVALID_CREDENTIALS',
      problem: { requestId: expect.any(String) },
    });
    expect(wire.count('/api/v1/auth/refresh')).toBe(0);
    expect(await me()).toMatchObject({ email: address });
  });

  it('refreshes once for all calls that find the token expired', async () => {
    api.travel(1_000);
    const accounts = await Promise.all(Array.from({ length: 30 }, () => me()));
    expect(new Set(accounts.map(({ email }) => email))).toEqual(new Set([address]));
    expect(wire.count('/api/v1/auth/refresh')).toBe(1);
    await me();
    expect(wire.count('/api/v1/auth/refresh')).toBe(1);
  });

  it('takes the tokens that another with the same store has refreshed', async () => {
    const tokens = new MemoryTokens();
    const tabs = [client(tokens), client(tokens)];
    await tabs[0]?.signIn(address, PASSWORD);
    api.travel(1_000);
    for (const tab of tabs) await me(tab);
    expect(wire.count('/api/v1/auth/refresh')).toBe(1);
  });

  it('forgets a session that has ended', async () => {
    await api.database.rows('UPDATE sessions SET revoked_at = now()');
    await expect(me()).rejects.toMatchObject({ status: 401 });
    wire.sent.length = 0;
    await expect(me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(wire.sent).toHaveLength(1);
  });

  it.each([
    { retryAfter: '7', wait: 7_000 },
    { retryAfter: 'Sun, 01 Mar 2026 00:00:20 GMT', wait: 20_000 },
  ])('waits for as long as "$retryAfter" says', async ({ retryAfter, wait }) => {
    let refusals = 2;
    wire.instead = (_request, answer) => (refusals-- > 0 ? refused(429, retryAfter) : answer);
    expect(await me()).toMatchObject({ email: address });
    expect(waited).toEqual([wait, wait]);
  });

  it.each([
    { name: 'for too long', retryAfter: '61', tries: 1 },
    { name: 'for ever', retryAfter: '1', tries: 4 },
    { name: 'until who knows when', retryAfter: 'soon', tries: 1 },
  ])('does not wait $name', async ({ retryAfter, tries }) => {
    wire.instead = () => refused(503, retryAfter);
    await expect(me()).rejects.toMatchObject({ status: 503 });
    expect(wire.sent).toHaveLength(tries);
  });

  it('makes a post once, whose answer was lost on the way', async () => {
    let losses = 1;
    wire.instead = (request, answer) => (request.method === 'POST' && losses-- > 0 ? refused(503, '1') : answer);
    const post = await ok(broadsheet.api.POST('/api/v1/posts', { body: { title: 'Once', content: 'only' } }));
    expect(await api.database.rows('SELECT id FROM posts WHERE title = $1', ['Once'])).toEqual([{ id: post.id }]);
    const keys = wire.sent.map(({ key }) => key);
    expect(keys).toEqual([expect.stringMatching(/^[\da-f]{32}$/), keys[0]]);
  });

  it('makes a post once, whose connection broke', async () => {
    let breaks = 2;
    wire.instead = (request, answer) => {
      if (request.method === 'POST' && breaks-- > 0) throw new TypeError('fetch failed');
      return answer;
    };
    const post = await ok(broadsheet.api.POST('/api/v1/posts', { body: { title: 'Broken', content: 'off' } }));
    expect(await api.database.rows('SELECT id FROM posts WHERE title = $1', ['Broken'])).toEqual([{ id: post.id }]);
    // Longer each time, since nobody says for how long.
    expect(waited).toEqual([375, 750]);
  });

  it('waits while another request with the same key is on its way', async () => {
    let busy = 1;
    wire.instead = (request, answer) => (request.method === 'POST' && busy-- > 0 ? refused(409, '1') : answer);
    await ok(broadsheet.api.POST('/api/v1/posts', { body: { title: 'Waiting', content: 'for its like' } }));
    expect(waited).toEqual([1_000]);
  });

  it('waits a moment for a server that is away and does not say for how long', async () => {
    let away = 1;
    wire.instead = (_request, answer) => (away-- > 0 ? refused(503) : answer);
    expect(await me()).toMatchObject({ email: address });
    expect(waited).toEqual([375]);
  });

  it('takes no conflict for one that passes', async () => {
    wire.instead = () => refused(409);
    await expect(me()).rejects.toMatchObject({ status: 409 });
    expect(wire.sent).toHaveLength(1);
  });

  it('gives up what is not answered in time, and asks again where it may', async () => {
    const asked: string[] = [];
    const slow = new Broadsheet({
      baseUrl: api.url,
      patience: { tries: 2, timeout: 20, sleep: async () => undefined },
      fetch: async ({ method, signal }) => {
        asked.push(method);
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    await expect(slow.api.GET('/api/v1/posts')).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(slow.signIn('ada', PASSWORD)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(asked).toEqual(['GET', 'GET', 'POST']);
  });

  it('waits no longer once whoever asked has left', async () => {
    const leaving = new AbortController();
    const own = new Broadsheet({
      baseUrl: api.url,
      fetch: async () => {
        setTimeout(() => leaving.abort(new Error('left')), 10);
        return refused(429, '30');
      },
    });
    await expect(own.api.GET('/api/v1/posts', { signal: leaving.signal })).rejects.toThrow('left');
  });

  it('says of an error which request it was, what was wrong, and when to come again', async () => {
    const body = { title: '', content: 'text' };
    const wrong = await ok(broadsheet.api.POST('/api/v1/posts', { body })).catch((error: unknown) => error);
    expect(wrong).toMatchObject({
      status: 422,
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      errors: [expect.objectContaining({ field: 'title' })],
      retryAfter: undefined,
    });
    wire.instead = () => refused(429, '3600');
    await expect(me()).rejects.toMatchObject({ retryAfter: 3_600, errors: [] });
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    wire.instead = () =>
      Response.json({ errors: 'of a proxy' }, { status: 400, headers: { 'retry-after': inAMinute } });
    const other = await me().catch((error: unknown) => error as BroadsheetError);
    expect(other).toMatchObject({ errors: [], code: undefined });
    expect((other as BroadsheetError).retryAfter).toBeGreaterThan(50);
  });

  it('sends nothing again that may have been done and has no key', async () => {
    wire.instead = () => refused(503, '1');
    await expect(broadsheet.signIn(address, PASSWORD)).rejects.toMatchObject({ status: 503 });
    expect(wire.sent).toHaveLength(1);
  });

  it('publishes nothing again, as no key would keep it from being done twice', async () => {
    const { id } = await ok(broadsheet.api.POST('/api/v1/posts', { body: { title: 'Twice', content: 'not' } }));
    wire.sent.length = 0;
    wire.instead = () => refused(503, '1');
    const params = { path: { id } };
    await expect(ok(broadsheet.api.POST('/api/v1/posts/{id}/publish', { params, body: {} }))).rejects.toMatchObject({
      status: 503,
    });
    expect(wire.sent).toEqual([{ method: 'POST', path: `/api/v1/posts/${id}/publish`, key: null }]);
  });

  it.each([
    { name: 'signed out', next: undefined },
    { name: 'signed in anew', next: 'another' },
  ])('keeps what is there for who has $name during a refresh', async ({ next }) => {
    const tokens = new MemoryTokens();
    const own = client(tokens);
    await own.signIn(address, PASSWORD);
    const other = tokens.read();
    await own.signIn(address, PASSWORD);
    api.travel(1_000);
    wire.instead = (request, answer) => {
      if (request.url.endsWith('/refresh')) tokens.write(next === undefined ? undefined : other);
      return answer;
    };
    await me(own).catch(() => undefined);
    expect(tokens.read()).toEqual(next === undefined ? undefined : other);
  });

  it('loses no event between the beginning of a stream and its end before the first one', async () => {
    const connections: (string | null)[] = [];
    wire.instead = (request, answer) => {
      if (!request.url.endsWith('/events')) return answer;
      connections.push(request.headers.get('last-event-id'));
      return connections.length === 1 ? new Response(beginningOf(answer), answer) : answer;
    };
    const events = broadsheet.events();
    const first = events.next();
    await untilCount(() => connections.length, 1);
    const post = await ok(
      broadsheet.api.POST('/api/v1/posts', { body: { title: 'Meanwhile', content: 'text', published: true } }),
    );
    expect(named((await first).value)).toBe(`post.published ${post.id}`);
    expect(connections[0]).toBeNull();
    expect(connections[1]).toMatch(/./);
    await events.return();
  });

  it('walks through a list, a page at a time', async () => {
    for (const title of ['One', 'Two', 'Three', 'Four', 'Five'])
      await ok(
        broadsheet.api.POST('/api/v1/posts', { body: { title, content: 'text', tags: ['walk'], published: true } }),
      );
    wire.sent.length = 0;
    const query = { tag: 'walk', limit: 2, sort: 'createdAt' } as const;
    const titles: (string | undefined)[] = [];
    const page = (cursor?: string) =>
      ok(broadsheet.api.GET('/api/v1/posts', { params: { query: { ...query, cursor } } }));
    for await (const { title } of items(page)) titles.push(title);
    expect(titles).toEqual(['One', 'Two', 'Three', 'Four', 'Five']);
    expect(wire.count('/api/v1/posts')).toBe(3);
  });

  it('listens to events, and goes on behind the last one when the connection breaks', async () => {
    const leaving = new AbortController();
    const publish = (title: string) =>
      ok(broadsheet.api.POST('/api/v1/posts', { body: { title, content: 'text', published: true } }));
    const seen: string[] = [];
    const connections: (string | null)[] = [];
    wire.instead = (request, answer) => {
      if (!request.url.endsWith('/events')) return answer;
      connections.push(request.headers.get('last-event-id'));
      // The first one ends with the first event.
      return connections.length === 1 ? new Response(firstEventOf(answer), answer) : answer;
    };
    const events = broadsheet.events({ signal: leaving.signal });
    const first = events.next();
    await untilCount(() => connections.length, 1);
    const one = await publish('Live one');
    seen.push(named((await first).value));
    const two = await publish('Live two');
    seen.push(named((await events.next()).value));
    expect(seen).toEqual([`post.published ${one.id}`, `post.published ${two.id}`]);
    expect(connections).toEqual([null, expect.stringMatching(/./)]);
    leaving.abort();
    await events.return();
  });

  it('listens anew where not even a heartbeat comes', async () => {
    const connections: (string | null)[] = [];
    const listener = new Broadsheet({
      baseUrl: api.url,
      patience: { silence: 300, sleep: async () => undefined },
      fetch: async (request) => {
        connections.push(request.headers.get('last-event-id'));
        return fetch(request);
      },
    });
    const events = listener.events();
    const first = events.next();
    await untilCount(() => connections.length, 2);
    const { id } = await ok(
      broadsheet.api.POST('/api/v1/posts', { body: { title: 'At last', content: 'text', published: true } }),
    );
    expect(named((await first).value)).toBe(`post.published ${id}`);
    expect(connections.slice(0, 2)).toEqual([null, expect.stringMatching(/./)]);
    await events.return();
  });

  it('does what its README shows', async () => {
    const [, shown = ''] = /```ts\n(.*?)```/s.exec(readFileSync('clients/typescript/README.md', 'utf8')) ?? [];
    const printed: unknown[][] = [];
    // Without the import, and without the events, which never end.
    const lines = shown
      .replace(/^import .*\n/, '')
      .replace(/^for await .*events.*$/m, '')
      .replace('http://localhost:3000', api.url)
      .replace('ada@example.com', address)
      .replace('published: true', "published: true, tags: ['news']");
    const { outputText } = transpileModule(lines, {
      compilerOptions: { target: ScriptTarget.ES2022, module: ModuleKind.ES2022 },
    });
    const names = { Broadsheet, items, ok, console: { log: (...args: unknown[]) => printed.push(args) } };
    const run = compileFunction(`return async () => {${outputText}}`, Object.keys(names)) as (
      ...values: unknown[]
    ) => () => Promise<void>;
    await run(...Object.values(names))();
    expect(printed).toEqual([['Hello']]);
  });

  it('says at once when it may not listen', async () => {
    wire.instead = () => Response.json({ code: 'TOO_MANY_CONNECTIONS' }, { status: 403 });
    await expect(broadsheet.events().next()).rejects.toMatchObject({ status: 403, code: 'TOO_MANY_CONNECTIONS' });
    expect(wire.sent).toHaveLength(1);
  });
});

const named = (event: LiveEvent | void): string => `${event?.event} ${(event?.data as { id: string } | undefined)?.id}`;

async function untilCount(count: () => number, expected: number): Promise<void> {
  while (count() < expected) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** The stream, which ends behind its first event. */
const firstEventOf = (answer: Response) => streamUntil('data:', answer);

/** The stream, which ends when it has said where it begins. */
const beginningOf = (answer: Response) => streamUntil('id:', answer);

function streamUntil(text: string, { body }: Response): ReadableStream<Uint8Array> | null {
  if (!body) return null;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        if (new TextDecoder().decode(chunk).includes(text)) controller.terminate();
      },
    }),
  );
}
