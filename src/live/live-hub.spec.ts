import { testSettings } from '../../test/support/test-settings.js';
import { Metrics } from '../core/metrics/metrics.js';
import type { LiveFeed } from './feed/live-feed.js';
import type { LiveClient } from './live-client.js';
import { LiveHub } from './live-hub.js';

const client = (network: string) =>
  ({ transport: 'sse', network, catchUp: jest.fn(), beat: jest.fn(), end: jest.fn() }) satisfies LiveClient;

describe('LiveHub', () => {
  let hub: LiveHub;
  let tellNews: () => void;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
    const feed = { onNews: (hear: () => void) => (tellNews = hear) } as unknown as LiveFeed;
    hub = new LiveHub(feed, testSettings('postgres://localhost/x', { RATE_LIMIT: '600' }), new Metrics());
    hub.onApplicationBootstrap();
  });

  afterEach(() => {
    hub.beforeApplicationShutdown();
    jest.useRealTimers();
  });

  const refusal = (network: string): unknown => {
    try {
      hub.admit(network);
      return undefined;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('lets everybody show every 25 seconds that it is there', () => {
    const one = client('a');
    hub.add(one);
    jest.advanceTimersByTime(24_999);
    expect(one.beat).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(one.beat).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(50_000);
    expect(one.beat).toHaveBeenCalledTimes(3);
  });

  it('tells all of them that there are news, however many they are, and none that has left', async () => {
    const clients = Array.from({ length: 600 }, (_, index) => client(`network ${index}`));
    for (const one of clients) hub.add(one);
    const gone = client('gone');
    hub.add(gone);
    hub.remove(gone);
    tellNews();
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(clients.every(({ catchUp }) => catchUp.mock.calls.length === 1)).toBe(true);
    expect(gone.catchUp).not.toHaveBeenCalled();
  });

  it('has room for twenty of a client, and for 10,000 in all', () => {
    const first = client('a');
    hub.add(first);
    for (let count = 1; count < 20; count += 1) hub.add(client('a'));
    expect([refusal('a'), refusal('b')]).toEqual(['TOO_MANY_CONNECTIONS', undefined]);
    hub.remove(first);
    hub.remove(first);
    expect(refusal('a')).toBeUndefined();
    for (let count = 19; count < 10_000; count += 1) hub.add(client(`network ${count}`));
    expect(refusal('b')).toBe('SERVICE_UNAVAILABLE');
  });

  it('ends all of them with the process, and takes no more', () => {
    const one = client('a');
    hub.add(one);
    hub.beforeApplicationShutdown();
    expect(one.end).toHaveBeenCalledTimes(1);
    expect(refusal('b')).toBe('SERVICE_UNAVAILABLE');
    jest.advanceTimersByTime(60_000);
    expect(one.beat).not.toHaveBeenCalled();
  });
});
