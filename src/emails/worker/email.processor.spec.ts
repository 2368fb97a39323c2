import { Test } from '@nestjs/testing';
import type { Job } from 'bullmq';
import { testSettings } from '../../../test/support/test-settings.js';
import { currentContext } from '../../core/context/request-context.js';
import { AppLogger } from '../../core/logging/app-logger.js';
import { Metrics } from '../../core/metrics/metrics.js';
import { DeliveriesRepository } from '../deliveries.repository.js';
import type { EmailRow } from '../email-row.js';
import { EmailRenderer } from '../rendering/email-renderer.js';
import { MAX_TRIES } from './delivery.js';
import { DeliveryMetrics } from './delivery-metrics.js';
import { EmailQueue, type EmailJob } from './email-queue.js';
import { EmailProcessor } from './email.processor.js';
import { Mailer } from './mailer.js';

const RENDERED = { subject: 'Welcome', html: '<p>Hello</p>', text: 'Hello' };
const JOB = { data: { emailId: 'mail' } } as Job<EmailJob>;

const email = (members: Partial<EmailRow> = {}): EmailRow => ({
  id: 'mail',
  kind: 'welcome',
  userId: 'ada',
  postId: null,
  toAddress: 'ada@example.com',
  state: 'sending',
  tries: 1,
  lastAnswer: null,
  context: { requestId: 'req-1' },
  facts: {},
  history: [],
  earlierTries: 0,
  createdAt: new Date('2026-03-01T12:00:00Z'),
  sentAt: null,
  ...members,
});

const refusal = (code: string, responseCode?: number): Error =>
  Object.assign(new Error(`${responseCode ?? code} from the server`), { code, responseCode });

describe('EmailProcessor', () => {
  const emails = { claim: jest.fn(), renew: jest.fn(), finish: jest.fn(), postpone: jest.fn() };
  const renderer = { render: jest.fn() };
  const mailer = { send: jest.fn() };
  const queue = { add: jest.fn() };
  let processor: EmailProcessor;

  beforeEach(async () => {
    jest.resetAllMocks();
    emails.claim.mockResolvedValue(email());
    renderer.render.mockResolvedValue(RENDERED);
    mailer.send.mockResolvedValue('250 queued');
    const module = await Test.createTestingModule({
      providers: [
        EmailProcessor,
        { provide: DeliveriesRepository, useValue: emails },
        { provide: EmailRenderer, useValue: renderer },
        { provide: Mailer, useValue: mailer },
        { provide: EmailQueue, useValue: queue },
        { provide: AppLogger, useValue: new AppLogger(testSettings('postgres://localhost/x')) },
        DeliveryMetrics,
        Metrics,
      ],
    }).compile();
    processor = module.get(EmailProcessor);
  });

  it('sends a mail once, and notes what the server answered', async () => {
    await processor.process(JOB);
    expect(emails.claim.mock.calls).toEqual([['mail', 30_000]]);
    expect(mailer.send.mock.calls).toEqual([[email(), RENDERED]]);
    expect(emails.finish.mock.calls).toEqual([[email(), 'sent', '250 queued']]);
    expect(emails.postpone).not.toHaveBeenCalled();
    expect(queue.add).not.toHaveBeenCalled();
  });

  it('does nothing when the mail is sent already, or another worker is at it', async () => {
    emails.claim.mockResolvedValue(undefined);
    await processor.process(JOB);
    expect(renderer.render).not.toHaveBeenCalled();
    expect(mailer.send).not.toHaveBeenCalled();
    expect(emails.finish).not.toHaveBeenCalled();
  });

  it('works in the context of the request that caused the mail', async () => {
    mailer.send.mockImplementation(async () => currentContext().requestId);
    await processor.process(JOB);
    expect(emails.finish).toHaveBeenCalledWith(email(), 'sent', 'req-1');
    expect(currentContext()).toEqual({});
  });

  it('cancels a mail whose account is gone, or what else it was about', async () => {
    renderer.render.mockResolvedValue(undefined);
    await processor.process(JOB);
    expect(mailer.send).not.toHaveBeenCalled();
    expect(emails.finish.mock.calls).toEqual([
      [email(), 'cancelled', 'What it was about is gone: the account, the link, the post or the subscription'],
    ]);
  });

  it.each([
    { name: 'greylisting', error: refusal('EENVELOPE', 451) },
    { name: 'a full mailbox', error: refusal('EMESSAGE', 452) },
    { name: 'a refused login', error: refusal('EAUTH', 535) },
    { name: 'a server that is away', error: refusal('ESOCKET') },
    { name: 'a timeout', error: refusal('ETIMEDOUT') },
  ])('tries again after $name', async ({ error }) => {
    mailer.send.mockRejectedValue(error);
    await processor.process(JOB);
    expect(emails.finish).not.toHaveBeenCalled();
    const [[row, answer, delay]] = emails.postpone.mock.calls as [[EmailRow, string, number]];
    expect({ row, answer }).toEqual({ row: email(), answer: error.message });
    expect(delay).toBeGreaterThanOrEqual(15_000);
    // The job for the next try, not before its time.
    expect(queue.add.mock.calls).toEqual([[email(), { delay }]]);
  });

  it('waits longer after more tries', async () => {
    emails.claim.mockResolvedValue(email({ tries: 6 }));
    mailer.send.mockRejectedValue(refusal('ESOCKET'));
    await processor.process(JOB);
    expect(emails.postpone.mock.lastCall?.[2]).toBeGreaterThanOrEqual(15_000 * 32);
  });

  it.each([
    { name: 'a refused recipient', error: refusal('EENVELOPE', 550) },
    { name: 'a refused message', error: refusal('EMESSAGE', 554) },
  ])('gives up at once after $name', async ({ error }) => {
    mailer.send.mockRejectedValue(error);
    await processor.process(JOB);
    expect(emails.finish.mock.calls).toEqual([[email(), 'failed', error.message]]);
    expect(emails.postpone).not.toHaveBeenCalled();
    expect(queue.add).not.toHaveBeenCalled();
  });

  it.each([
    { tries: MAX_TRIES - 1, last: false },
    { tries: MAX_TRIES, last: true },
    { tries: MAX_TRIES + 1, last: true },
  ])('gives up after $tries tries: $last', async ({ tries, last }) => {
    emails.claim.mockResolvedValue(email({ tries }));
    mailer.send.mockRejectedValue(refusal('ESOCKET'));
    await processor.process(JOB);
    expect(emails.finish).toHaveBeenCalledTimes(last ? 1 : 0);
    expect(emails.postpone).toHaveBeenCalledTimes(last ? 0 : 1);
    expect(queue.add).toHaveBeenCalledTimes(last ? 0 : 1);
  });

  it('tries again when the mail could not be rendered', async () => {
    renderer.render.mockRejectedValue(new Error('the database is gone'));
    await processor.process(JOB);
    expect(emails.postpone).toHaveBeenCalledWith(email(), 'the database is gone', expect.any(Number));
    expect(mailer.send).not.toHaveBeenCalled();
  });

  describe('over time', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('keeps its lease for as long as the mail server takes, and no longer', async () => {
      mailer.send.mockImplementation(() => new Promise((resolve) => setTimeout(() => resolve('250 at last'), 65_000)));
      emails.renew.mockRejectedValueOnce(new Error('the database is gone'));
      const processing = processor.process(JOB);
      await jest.advanceTimersByTimeAsync(65_000);
      await processing;
      expect(emails.renew.mock.calls).toEqual(Array.from({ length: 6 }, () => [email(), 30_000]));
      expect(emails.finish.mock.calls).toEqual([[email(), 'sent', '250 at last']]);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(emails.renew).toHaveBeenCalledTimes(6);
    });

    it('notes that a mail has left once the database is back', async () => {
      emails.claim.mockRejectedValueOnce(new Error('the database is gone'));
      emails.finish.mockRejectedValueOnce(new Error('the database is gone'));
      const processing = processor.process(JOB);
      await jest.advanceTimersByTimeAsync(5_000);
      await processing;
      expect(emails.claim).toHaveBeenCalledTimes(2);
      expect(mailer.send).toHaveBeenCalledTimes(1);
      expect(emails.finish).toHaveBeenCalledTimes(2);
      expect(emails.postpone).not.toHaveBeenCalled();
    });

    it('does not postpone a mail that has left because noting so failed', async () => {
      emails.finish.mockRejectedValue(new Error('the database is gone'));
      const outcome = processor.process(JOB).catch((error: Error) => error.message);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(await outcome).toBe('the database is gone');
      expect(mailer.send).toHaveBeenCalledTimes(1);
      expect(emails.postpone).not.toHaveBeenCalled();
      expect(queue.add).not.toHaveBeenCalled();
    });
  });

  it('owes the mail still when no job can be added, as the row says so', async () => {
    mailer.send.mockRejectedValue(refusal('ESOCKET'));
    queue.add.mockRejectedValue(new Error('the queue is gone'));
    await expect(processor.process(JOB)).rejects.toThrow('the queue is gone');
    expect(emails.postpone).toHaveBeenCalledTimes(1);
  });

  it.each([
    {
      name: 'an answer',
      prepare: () => mailer.send.mockResolvedValue('x'.repeat(5_000)),
      call: () => emails.finish.mock.calls[0]?.[2],
    },
    {
      name: 'an error',
      prepare: () => mailer.send.mockRejectedValue(new Error('x'.repeat(5_000))),
      call: () => emails.postpone.mock.calls[0]?.[1],
    },
  ])('keeps no more than a thousand characters of $name', async ({ prepare, call }) => {
    prepare();
    await processor.process(JOB);
    expect(call()).toBe('x'.repeat(1_000));
  });
});
