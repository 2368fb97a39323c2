import { Queue } from 'bullmq';
import type { Settings } from '../../../src/core/config/settings.js';
import { queueBackend, queueOptions } from '../../../src/core/queue/queue-connection.js';
import { EMAIL_QUEUE } from '../../../src/core/queue/queue-names.js';

const addFour = async (queue: Queue): Promise<void> => {
  await queue.addBulk([
    { name: 'send', data: {} },
    { name: 'send', data: {} },
    { name: 'send', data: {}, opts: { priority: 10 } },
    { name: 'send', data: {}, opts: { delay: 3_600_000 } },
  ]);
};

/** Puts jobs into the queue of mails as a worker would: two that wait, one with a priority and one for later. */
export async function addJobs(settings: Settings, change: (queue: Queue) => Promise<unknown> = addFour): Promise<void> {
  const queue = new Queue(EMAIL_QUEUE, queueOptions(settings), queueBackend(settings));
  try {
    await queue.waitUntilReady();
    await change(queue);
  } finally {
    await queue.close();
  }
}
