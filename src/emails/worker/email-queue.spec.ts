import type { Queue } from 'bullmq';
import { testSettings } from '../../../test/support/test-settings.js';
import { EmailQueue, type EmailJob } from './email-queue.js';

const ID = '01970f42-7be3-7a10-9f0c-0d3a5c1e8b77';

describe('EmailQueue', () => {
  const addBulk = jest.fn(async (jobs: unknown[]) => jobs);
  const queue = new EmailQueue({ addBulk } as unknown as Queue<EmailJob>, testSettings('postgres://localhost/x'));

  /** The id of the job that is added. */
  async function jobId(...parameters: Parameters<EmailQueue['add']>): Promise<string> {
    await queue.add(...parameters);
    const [[job]] = addBulk.mock.lastCall as unknown as [[{ opts: { jobId: string } }]];
    return job.opts.jobId;
  }

  it('carries the id of the mail and nothing else', async () => {
    await queue.add({ id: ID, tries: 0, postId: null });
    const opts = { jobId: `${ID}.0`, delay: 0, removeOnComplete: true, removeOnFail: { count: 1_000 } };
    expect(addBulk).toHaveBeenCalledWith([{ name: 'send', data: { emailId: ID }, opts }]);
  });

  it('gives every try and every round a job of its own, as a known id is ignored without a word', async () => {
    const ids = [
      await jobId({ id: ID, tries: 0, postId: null }),
      await jobId({ id: ID, tries: 1, postId: null }, { delay: 5_000 }),
      await jobId({ id: ID, tries: 1, postId: null }, { round: 'round7' }),
      await jobId({ id: ID, tries: 1, postId: null }, { round: 'round8' }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives the same try the same id, so that it is not added twice', async () => {
    expect(await jobId({ id: ID, tries: 3, postId: null })).toBe(
      await jobId({ id: ID, tries: 3, postId: null }, { delay: 9 }),
    );
  });

  it('makes no id that BullMQ refuses', async () => {
    const id = await jobId({ id: ID, tries: 3, postId: null }, { round: 'round8' });
    expect(id).not.toContain(':');
    expect(id).not.toMatch(/^\d+$/);
  });

  it('lets mails about posts wait behind others, at every try', async () => {
    addBulk.mockClear();
    await queue.addAll([
      { id: ID, tries: 0, postId: 'post' },
      { id: ID, tries: 1, postId: 'post' },
    ]);
    await queue.add({ id: ID, tries: 2, postId: 'post' }, { delay: 9 });
    const priorities = addBulk.mock.calls.flatMap(([jobs]) =>
      (jobs as { opts: { priority?: number } }[]).map(({ opts }) => opts.priority),
    );
    expect(priorities).toEqual([10, 10, 10]);
  });

  it('passes the delay on', async () => {
    await queue.add({ id: ID, tries: 1, postId: null }, { delay: 15_000 });
    expect(addBulk).toHaveBeenLastCalledWith([
      expect.objectContaining({ opts: expect.objectContaining({ delay: 15_000 }) }),
    ]);
  });
});
