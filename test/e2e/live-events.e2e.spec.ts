import { LiveEvents } from '../../src/core/live/live-events.js';
import { LiveFeed } from '../../src/live/feed/live-feed.js';
import { LiveHub } from '../../src/live/live-hub.js';
import { EventSource } from '../support/event-source.js';
import { createPerson, type Person } from '../support/people.js';
import { until } from '../support/program.js';
import { TestApi } from '../support/test-api.js';
import { expectHeader } from './support/scenarios.js';

const POSTS = '/api/v1/posts';
const EVENTS = '/api/v1/events';

describe('live events', () => {
  let api: TestApi;
  let ada: Person;
  const open: EventSource[] = [];

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada', 'admin');
  });

  afterEach(() => {
    for (const source of open.splice(0)) source.close();
  });

  afterAll(() => api.stop());

  const listen = async (headers: Record<string, string> = {}, query = ''): Promise<EventSource> => {
    // What came before is no news to whoever comes now.
    await api.app.get(LiveFeed).refresh();
    const source = await EventSource.open(api.url, headers, query);
    open.push(source);
    return source;
  };

  const write = async (title: string, published = true): Promise<{ id: string; slug: string }> =>
    (await ada.client.post(POSTS, { title, content: 'x', published })).body;

  it('are a stream that nobody keeps, compresses or holds back', async () => {
    const { response, retry } = await listen();
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
    });
    expect(response.headers).not.toHaveProperty('content-encoding');
    expect(response.headers).not.toHaveProperty('content-length');
    expect(retry).toBeGreaterThanOrEqual(1_000);
  });

  it('answer HEAD without a body', async () => {
    const head = await api.client().request('HEAD', EVENTS);
    expect(head).toMatchObject({ status: 200, text: '' });
    expectHeader(head, 'content-type', 'text/event-stream');
  });

  it('tell the life of a post, and only what everybody may read of it', async () => {
    const source = await listen();
    const { id } = await write('A life');
    const { body } = await ada.client.patch(`${POSTS}/${id}`, { title: 'A new life', slug: 'a-new-life' });
    await ada.client.post(`${POSTS}/${id}/unpublish`);
    await ada.client.patch(`${POSTS}/${id}`, { title: 'A secret' });
    await ada.client.post(`${POSTS}/${id}/publish`);
    await ada.client.delete(`${POSTS}/${id}`);
    await ada.client.post(`${POSTS}/${id}/restore`);
    const events = await source.receives(6);

    expect(source.told).toEqual([
      'post.published a-life',
      'post.updated a-new-life',
      'post.deleted a-new-life',
      'post.published a-new-life',
      'post.deleted a-new-life',
      'post.published a-new-life',
    ]);
    expect(events[1]?.data).toEqual({
      id,
      slug: 'a-new-life',
      title: 'A new life',
      author: { id: ada.id, username: 'ada' },
      publishedAt: body.publishedAt,
      version: 2,
    });
    expect(events[2]?.data).toEqual({ id, slug: 'a-new-life' });
    expect(new Set(events.map((event) => event.id)).size).toBe(6);
  });

  it('tell the slug under which a post was known, when it is taken back under another one', async () => {
    const source = await listen();
    const { id } = await write('Known as this');
    await ada.client.patch(`${POSTS}/${id}`, { slug: 'secret-slug', published: false });
    const events = await source.receives(2);
    expect(events[1]).toMatchObject({ event: 'post.deleted', data: { id, slug: 'known-as-this' } });
  });

  it('tell nothing of what nobody may read, of other accounts, or of what was rolled back', async () => {
    const source = await listen({ authorization: `Bearer ${ada.accessToken}` });
    const { id } = await write('A draft', false);
    await ada.client.patch(`${POSTS}/${id}`, { title: 'Still a draft' });
    await ada.client.delete(`${POSTS}/${id}`);
    await ada.client.post(POSTS, { title: 'Later', content: 'x', publishAt: '2999-01-01T00:00:00Z' });
    const published = await write('Held fast');
    await ada.client.patch(`${POSTS}/${published.id}`, { title: 'Too late' }, { headers: { 'if-match': '"0"' } });
    await api.app
      .get(LiveEvents, { strict: false })
      .record({ name: 'email.sent', audience: ada.id, data: { id: 'x' } });
    await write('The last');
    await until(() => source.told.includes('post.published the-last'));
    expect(source.told).toEqual(['post.published held-fast', 'post.published the-last']);
  });

  describe('go on after a broken connection', () => {
    it('from the event that came last, and from the very beginning where none had come', async () => {
      const before = await listen();
      before.close();
      await write('First');
      const first = await listen({ 'last-event-id': before.lastEventId ?? '' });
      await first.receives(1);
      first.close();
      await write('Second');
      await write('Third');
      const second = await listen({ 'last-event-id': first.lastEventId ?? '' });
      await second.receives(2);
      await write('Fourth');
      await second.receives(3);
      expect(first.told).toEqual(['post.published first']);
      expect(second.told).toEqual(['post.published second', 'post.published third', 'post.published fourth']);
    });

    it('without what was taken back meanwhile', async () => {
      const before = await listen();
      before.close();
      const { id } = await write('A mistake');
      await write('No mistake');
      await ada.client.post(`${POSTS}/${id}/unpublish`);
      const after = await listen({ 'last-event-id': before.lastEventId ?? '' });
      await after.receives(2);
      expect(after.told).toEqual(['post.published no-mistake', 'post.deleted a-mistake']);
    });

    it.each(['4b8e1d0a-0000-4000-8000-000000000000', 'nonsense', "'; DROP TABLE posts"])(
      'with the word that something may be missing, where nobody knows the event %s',
      async (id) => {
        const source = await listen({ 'last-event-id': id });
        await source.receives(1);
        await write('After the gap');
        await source.receives(2);
        expect(source.events).toMatchObject([
          { event: 'resync', data: {} },
          { event: 'post.published', data: { slug: expect.stringContaining('after-the-gap') } },
        ]);
        expect(source.events[0]?.id).not.toBe(id);
      },
    );

    it('by the query where the header cannot be set', async () => {
      const before = await listen();
      before.close();
      await write('By the query');
      const after = await listen({}, `?lastEventId=${before.lastEventId}`);
      await after.receives(1);
      expect(after.told).toEqual(['post.published by-the-query']);
    });
  });

  it('show that the connection lives, to all at once', async () => {
    const sources = [await listen(), await listen()];
    await api.app.get(LiveHub).beat();
    await until(() => sources.every(({ comments }) => comments.length === 1));
    expect(sources.map(({ comments, events }) => [comments, events])).toEqual([
      [['heartbeat'], []],
      [['heartbeat'], []],
    ]);
  });

  it('are not kept for a client that does not read them', async () => {
    const [slow, fast] = [await listen(), await listen()];
    slow.response.pause();
    const events = api.app.get(LiveEvents, { strict: false });
    const filler = 'x'.repeat(100_000);
    const sent = 200;
    for (let count = 0; count < sent; count += 1) await events.record({ name: 'post.updated', data: { filler } });
    await fast.receives(sent);
    const connections = async (): Promise<string> => (await api.client().get('/metrics')).text;
    const hub = api.app.get(LiveHub);
    await until(async () => {
      await hub.beat();
      return /^live_connections\{transport="sse"\} 1$/m.test(await connections());
    });
    expect(fast.hasEnded).toBe(false);
    slow.response.resume();
    await slow.ends();
    expect(slow.events.length).toBeLessThan(sent);
  });

  it('count who listens, and what was told', async () => {
    await listen();
    const { text } = await api.client().get('/metrics');
    expect(text).toMatch(/^live_connections\{transport="sse"\} 1$/m);
    expect(text).toMatch(/^live_events_total\{event="post.published"\} \d+$/m);
    // How long somebody listens is no time of an answer.
    expect(text).not.toMatch(/route="\/api\/v1\/events",status="200"/);
  });
});

describe('the limits of live events', () => {
  it('are twenty connections of a client', async () => {
    const api = await TestApi.start({ RATE_LIMIT: '600' });
    const sources: EventSource[] = [];
    for (let count = 0; count < 20; count += 1) sources.push(await EventSource.open(api.url));
    const refused = await api.client().get(EVENTS);
    expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_CONNECTIONS' } });
    expectHeader(refused, 'retry-after', /^\d+$/);

    sources[0]?.close();
    await until(async () => (await EventSource.open(api.url)).response.statusCode === 200);
    await api.stop();
    // The process that stopped ended them all.
    for (const source of sources.slice(1)) await source.ends();
  });
});
