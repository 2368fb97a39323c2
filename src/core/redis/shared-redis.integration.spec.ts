import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { until } from '../../../test/support/program.js';
import { describeWithRedis, TestRedis } from '../../../test/support/redis.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { AppLogger } from '../logging/app-logger.js';
import { SharedRedis } from './shared-redis.js';

describeWithRedis('SharedRedis', () => {
  let redis: TestRedis;
  let proxy: TcpProxy;
  let shared: SharedRedis;

  beforeAll(async () => {
    redis = await TestRedis.start();
    proxy = await TcpProxy.to(redis.url);
    const settings = testSettings('postgres://localhost/none', { REDIS_URL: proxy.url });
    shared = new SharedRedis(settings, new AppLogger(settings));
    await until(() => shared.client?.status === 'ready');
  });

  afterAll(async () => {
    shared.onApplicationShutdown();
    await proxy.stop();
    await redis.stop();
  });

  it('waits for a Redis that has fallen silent only until that is known, and meets it again by itself', async () => {
    proxy.silence();
    await expect(shared.client?.get('a')).rejects.toThrow('Command timed out');
    await until(() => shared.client?.status !== 'ready');
    // Accepted by whoever is there, and not answered: not ready, so that nobody waits.
    for (let turn = 0; turn < 5; turn += 1)
      await expect(shared.client?.get('a')).rejects.toThrow("Stream isn't writeable");
    proxy.heal();
    await until(() => shared.client?.status === 'ready');
    await expect(shared.client?.get('a')).resolves.toBeNull();
  });
});
