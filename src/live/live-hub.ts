import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { AppError } from '../common/errors/app-error.js';
import { Settings } from '../core/config/settings.js';
import { Metrics } from '../core/metrics/metrics.js';
import { LiveFeed } from './feed/live-feed.js';
import { TRANSPORTS, type LiveClient } from './live-client.js';

/** Proxies end what is silent for a minute; in milliseconds. */
const HEARTBEAT = 25_000;
/** Connections of one client to one process: browsers share them among their tabs, offices an address. */
const MAX_PER_CLIENT = 20;
/** Connections of one process. */
const MAX_CONNECTIONS = 10_000;
/** Clients that are served before others have their turn. */
const SLICE = 250;
/** Seconds until it may be tried again. */
const RETRY_AFTER = { tooMany: '30', full: '5' } as const;

/** Everybody who listens to this process. */
@Injectable()
export class LiveHub implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly clients = new Set<LiveClient>();
  private readonly perNetwork = new Map<string, number>();
  private readonly beats: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isSweeping = false;
  private hasNews = false;
  private isStopping = false;

  constructor(
    feed: LiveFeed,
    private readonly settings: Settings,
    metrics: Metrics,
  ) {
    feed.onNews(() => void this.sweep());
    metrics.observe({
      name: 'live_connections',
      help: 'Connections of clients that listen to live events',
      label: 'transport',
      read: async () => Object.fromEntries(TRANSPORTS.map((transport) => [transport, this.count(transport)])),
    });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.beat(), HEARTBEAT);
  }

  beforeApplicationShutdown(): void {
    this.isStopping = true;
    clearInterval(this.timer);
    for (const client of this.clients) client.end();
  }

  /**
   * To be asked in front of `add`, in the same turn.
   * @throws AppError `TOO_MANY_CONNECTIONS`, 503 where the process has no room
   */
  admit(network: string): void {
    if (this.isStopping || this.clients.size >= MAX_CONNECTIONS)
      throw new AppError('SERVICE_UNAVAILABLE', { headers: { 'retry-after': RETRY_AFTER.full } });
    const isLimited = this.settings.RATE_LIMIT > 0;
    if (isLimited && (this.perNetwork.get(network) ?? 0) >= MAX_PER_CLIENT)
      throw new AppError('TOO_MANY_CONNECTIONS', { headers: { 'retry-after': RETRY_AFTER.tooMany } });
  }

  add(client: LiveClient): void {
    this.clients.add(client);
    this.perNetwork.set(client.network, (this.perNetwork.get(client.network) ?? 0) + 1);
  }

  remove(client: LiveClient): void {
    if (!this.clients.delete(client)) return;
    const left = (this.perNetwork.get(client.network) ?? 1) - 1;
    if (left > 0) this.perNetwork.set(client.network, left);
    else this.perNetwork.delete(client.network);
  }

  /** Calls back with each heartbeat. */
  onBeat(hear: () => void): void {
    this.beats.push(hear);
  }

  /** One timer for all of them. */
  async beat(): Promise<void> {
    for (const hear of this.beats) hear();
    await this.visit((client) => client.beat());
  }

  private count(transport: LiveClient['transport']): number {
    let count = 0;
    for (const client of this.clients) if (client.transport === transport) count += 1;
    return count;
  }

  /** Each client knows how far it is, so news that come meanwhile take one more round and nothing else. */
  private async sweep(): Promise<void> {
    this.hasNews = true;
    if (this.isSweeping) return;
    this.isSweeping = true;
    while (this.hasNews) {
      this.hasNews = false;
      await this.visit((client) => client.catchUp());
    }
    this.isSweeping = false;
  }

  private async visit(act: (client: LiveClient) => void): Promise<void> {
    let visited = 0;
    for (const client of this.clients) {
      act(client);
      visited += 1;
      if (visited % SLICE === 0) await nextTurn();
    }
  }
}
