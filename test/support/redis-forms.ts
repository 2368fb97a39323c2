import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, until } from './program.js';
import { answers, startRedisServer } from './redis.js';

const MASTER = 'mymaster';
/** Milliseconds until a server that does not answer is taken for dead. */
const PATIENCE = 500;
const SLOTS = 16_384;
/** Nodes of a Cluster talk to each other on a port that is higher by so much, which has to exist. */
const BUS = 10_000;

/** A master, a replica, and the one Sentinel whose word counts. */
export class SentinelTrio {
  readonly url: string;

  private constructor(
    private readonly servers: ChildProcess[],
    private readonly directory: string,
    private readonly port: number,
  ) {
    this.url = `redis+sentinel://127.0.0.1:${port}/${MASTER}`;
  }

  static async start(): Promise<SentinelTrio> {
    const [master, replica, sentinel] = [await freePort(), await freePort(), await freePort()];
    const directory = mkdtempSync(join(tmpdir(), 'broadsheet-sentinel-'));
    // A replica puts what it is sent into a file.
    const options = ['--dir', directory, '--repl-diskless-sync-delay', '0'];
    const servers = [
      await startRedisServer(master, ...options),
      await startRedisServer(replica, ...options, '--replicaof', '127.0.0.1', String(master)),
    ];
    // A Sentinel asks seldom who follows whom, but also when it starts.
    await asked(replica, async (redis) =>
      until(async () => (await redis.info('replication')).includes('master_link_status:up')),
    );
    const file = join(directory, 'sentinel.conf');
    writeFileSync(
      file,
      [
        `port ${sentinel}`,
        'bind 127.0.0.1',
        `sentinel monitor ${MASTER} 127.0.0.1 ${master} 1`,
        `sentinel down-after-milliseconds ${MASTER} ${PATIENCE}`,
        `sentinel failover-timeout ${MASTER} ${4 * PATIENCE}`,
      ].join('\n'),
    );
    servers.push(spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' }));
    await until(() => answers(sentinel));
    const trio = new SentinelTrio(servers, directory, sentinel);
    await asked(sentinel, async (redis) =>
      until(async () => ((await redis.call('SENTINEL', 'REPLICAS', MASTER)) as unknown[]).length === 1),
    );
    return trio;
  }

  /** The port of the master, as the Sentinel has it. */
  async master(): Promise<number> {
    return asked(this.port, async (redis) => {
      const [, port] = (await redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)) as [string, string];
      return Number(port);
    });
  }

  /** Of the master. */
  async keys(): Promise<string[]> {
    return asked(await this.master(), async (redis) => redis.keys('*'));
  }

  killMaster(): void {
    this.servers[0]?.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map(ended));
    rmSync(this.directory, { recursive: true });
  }
}

interface Node {
  port: number;
  child: ChildProcess;
}

/** Three masters that share the slots, without a replica. */
export class RedisCluster {
  private constructor(
    private readonly nodes: Node[],
    private readonly directory: string,
  ) {}

  static async start(): Promise<RedisCluster> {
    const directory = mkdtempSync(join(tmpdir(), 'broadsheet-cluster-'));
    const nodes: Node[] = [];
    for (let index = 0; index < 3; index += 1) nodes.push(await startNode(await clusterPort(), directory));
    const cluster = new RedisCluster(nodes, directory);
    const [first] = nodes;
    for (const [index, { port }] of nodes.entries())
      await asked(port, async (redis) => {
        const [from, to] = [index, index + 1].map((part) => Math.floor((part * SLOTS) / nodes.length));
        await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
        await redis.call('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? 0) - 1);
        if (first && port !== first.port) await redis.call('CLUSTER', 'MEET', '127.0.0.1', first.port);
      });
    await cluster.isComplete();
    return cluster;
  }

  /** Names two of them; the third is told by the others. */
  get url(): string {
    const hosts = this.nodes.slice(0, 2).map(({ port }) => `127.0.0.1:${port}`);
    return `redis+cluster://${hosts.join(',')}`;
  }

  /** Of each node. */
  async keys(): Promise<string[][]> {
    return Promise.all(this.nodes.map(async ({ port }) => asked(port, async (redis) => redis.keys('*'))));
  }

  /** Kills the node that has most keys. @returns starts it again */
  async killBusiest(): Promise<() => Promise<void>> {
    const counts = (await this.keys()).map(({ length }) => length);
    const index = counts.indexOf(Math.max(...counts));
    const { child, port } = this.nodes[index] as Node;
    await ended(child);
    return async () => {
      this.nodes[index] = await startNode(port, this.directory);
      await this.isComplete();
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ child }) => ended(child)));
    rmSync(this.directory, { recursive: true });
  }

  private async isComplete(): Promise<void> {
    for (const { port } of this.nodes)
      await asked(port, async (redis) =>
        until(async () => {
          const info = String(await redis.call('CLUSTER', 'INFO'));
          return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${this.nodes.length}`);
        }),
      );
  }
}

async function startNode(port: number, directory: string): Promise<Node> {
  const files = ['--dir', directory, '--cluster-config-file', `nodes-${port}.conf`];
  const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(2 * PATIENCE), ...files];
  return { port, child: await startRedisServer(port, ...options) };
}

async function clusterPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port + BUS < 65_536) return port;
  }
}

async function asked<T>(port: number, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, '127.0.0.1');
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}
