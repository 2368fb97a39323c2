import cluster from 'node:cluster';
import { on } from 'node:events';
import { AggregatorRegistry, type Registry } from '@prometheus-io/client';
import { inTime } from '../../common/timing/in-time.js';

const TYPE = 'broadsheet:metrics';
/** Milliseconds that the primary process may take to ask all copies. */
const TIMEOUT = 6_000;

interface Message {
  type: typeof TYPE;
  id: number;
  /** Of the answer; left out where the metrics could not be put together. */
  text?: string;
}

const isMessage = (message: unknown): message is Message => (message as Partial<Message> | null)?.type === TYPE;

/** In the primary process of a cluster: tells its copies the metrics of all of them, since a scrape meets any one. */
export function answerCopies(): void {
  const all = new AggregatorRegistry();
  cluster.on('message', (worker, message: unknown) => {
    if (!isMessage(message)) return;
    const answer = (text?: string): void => {
      if (worker.isConnected()) worker.send({ ...message, text });
    };
    all.clusterMetrics().then(answer, () => answer());
  });
}

/** In a copy: lets the primary process have the metrics of this one. */
export function joinCluster(registry: Registry): void {
  AggregatorRegistry.setRegistries([registry]);
  // Listens for the primary process from now on.
  void new AggregatorRegistry();
}

let questions = 0;

/** @returns the metrics of all copies, in Prometheus' format */
export async function clusterMetrics(): Promise<string> {
  const id = (questions += 1);
  const listening = new AbortController();
  const answered = answerTo(id, listening.signal);
  process.send?.({ type: TYPE, id } satisfies Message);
  try {
    return await inTime(answered, TIMEOUT);
  } finally {
    listening.abort();
  }
}

async function answerTo(id: number, signal: AbortSignal): Promise<string> {
  for await (const [message] of on(process, 'message', { signal }) as AsyncIterable<[unknown]>)
    if (isMessage(message) && message.id === id && message.text !== undefined) return message.text;
    else if (isMessage(message) && message.id === id) break;
  throw new Error('The copies did not tell their metrics');
}
