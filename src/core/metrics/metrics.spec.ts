import { testSettings } from '../../../test/support/test-settings.js';
import type { FastifyReply } from 'fastify';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';

const MAILS = { name: 'mails', help: 'Mails by state', label: 'state' };
const AGE = { name: 'age_seconds', help: 'Age' };

describe('Metrics', () => {
  it('reads a value each time that it is asked for', async () => {
    const metrics = new Metrics();
    let pending = 3;
    metrics.observe({ ...MAILS, read: async () => ({ pending, sent: 7 }) });

    const first = await metrics.registry.metrics();
    pending = 4;
    const second = await metrics.registry.metrics();

    expect(first).toContain('mails{state="pending"} 3');
    expect(first).toContain('mails{state="sent"} 7');
    expect(second).toContain('mails{state="pending"} 4');
    expect(second).not.toContain('mails{state="pending"} 3');
  });

  it('tells a single value without a label', async () => {
    const metrics = new Metrics();
    metrics.observe({ ...AGE, read: async () => ({ age: 7.5 }) });
    expect(await metrics.registry.metrics()).toMatch(/^age_seconds 7.5$/m);
  });

  it('reads what is dear once for all who ask within its time, and again after a failure', async () => {
    const metrics = new Metrics();
    const read = jest
      .fn<Promise<Record<string, number>>, []>()
      .mockRejectedValueOnce(new Error('away'))
      .mockImplementation(async () => ({ sent: read.mock.calls.length }));
    metrics.observe({ ...MAILS, every: 60_000, read });

    await metrics.registry.metrics();
    const texts = await Promise.all([metrics.registry.metrics(), metrics.registry.metrics()]);
    texts.push(await metrics.registry.metrics());
    for (const text of texts) expect(text).toContain('mails{state="sent"} 2');
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('leaves out what cannot be read, and tells everything else', async () => {
    const metrics = new Metrics();
    let isAway = false;
    const unlessAway = async (values: Record<string, number>) => {
      if (isAway) throw new Error('away');
      return values;
    };
    metrics.observe({ ...MAILS, read: () => unlessAway({ sent: 1 }) });
    metrics.observe({ ...AGE, read: () => unlessAway({ age: 1 }) });
    metrics.counter('other_total', 'Another').inc();
    await metrics.registry.metrics();
    isAway = true;
    // A scrape tells the failures of those before it, as the values are read side by side.
    await metrics.registry.metrics();
    const text = await metrics.registry.metrics();

    expect(text).toContain('other_total 1');
    expect(text).not.toContain('mails{');
    expect(text).toMatch(/^age_seconds (Nan|NaN)$/m);
    expect(text).toMatch(/^metrics_read_failures_total\{metric="mails"\} [12]$/m);
  });

  it('keeps its numbers to itself, so that two processes in one test do not meet', async () => {
    const metrics = new Metrics();
    metrics.observe({ ...MAILS, read: async () => ({ sent: 1 }) });
    expect(await new Metrics().registry.metrics()).not.toContain('mails{');
  });
});

const read = async (overrides: NodeJS.ProcessEnv, authorization?: string): Promise<string> => {
  const settings = testSettings('postgres://localhost/x', overrides);
  const reply = { type: jest.fn() } as unknown as FastifyReply;
  return new MetricsController(new Metrics(), settings).read(authorization, reply);
};

describe('MetricsController', () => {
  const TOKEN = 'a-long-random-token';
  const HARDENED = {
    NODE_ENV: 'production',
    SMTP_URL: 'smtp://localhost',
    SECRET_KEY: 'kZ8vQ1mW4xT7yR2nB5cF9hJ3dL6gP0sA',
    BCRYPT_COST: '10',
  };

  it.each([
    { name: 'without a token outside production', overrides: {}, authorization: undefined },
    { name: 'to the token', overrides: { METRICS_TOKEN: TOKEN }, authorization: `Bearer ${TOKEN}` },
    {
      name: 'to the token in production',
      overrides: { ...HARDENED, METRICS_TOKEN: TOKEN },
      authorization: `Bearer ${TOKEN}`,
    },
  ])('answers $name', async ({ overrides, authorization }) => {
    expect(await read(overrides, authorization)).toContain('metrics_read_failures_total');
  });

  it.each([
    { name: 'nothing', overrides: { METRICS_TOKEN: TOKEN }, authorization: undefined, code: 'UNAUTHENTICATED' },
    { name: 'an empty header', overrides: { METRICS_TOKEN: TOKEN }, authorization: '', code: 'UNAUTHENTICATED' },
    { name: 'another token', overrides: { METRICS_TOKEN: TOKEN }, authorization: 'Bearer x', code: 'INVALID_TOKEN' },
    {
      name: 'a longer token',
      overrides: { METRICS_TOKEN: TOKEN },
      authorization: `Bearer ${TOKEN}x`,
      code: 'INVALID_TOKEN',
    },
    { name: 'the token alone', overrides: { METRICS_TOKEN: TOKEN }, authorization: TOKEN, code: 'INVALID_TOKEN' },
    {
      name: 'anybody in production without a token',
      overrides: HARDENED,
      authorization: 'Bearer undefined',
      code: 'ROUTE_NOT_FOUND',
    },
  ])('refuses $name', async ({ overrides, authorization, code }) => {
    await expect(read(overrides, authorization)).rejects.toMatchObject({ code });
  });
});
