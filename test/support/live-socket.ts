import { WebSocket } from 'ws';
import { until } from './program.js';
import type { ReceivedEvent } from './event-source.js';

/** A WebSocket to the live events. */
export class LiveSocket {
  readonly messages: ReceivedEvent[] = [];
  closedWith: number | undefined;
  pings = 0;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => this.messages.push(JSON.parse((data as Buffer).toString()) as ReceivedEvent));
    socket.on('ping', () => (this.pings += 1));
    socket.on('error', () => undefined);
    socket.on('close', (code) => (this.closedWith = code));
  }

  /** Resolves once the server is ready for it. */
  static async open(
    url: string,
    query = '',
    options: { origin?: string; autoPong?: boolean } = {},
  ): Promise<LiveSocket> {
    const opened = new LiveSocket(new WebSocket(addressOf(url, query), options));
    await opened.receives('ready');
    return opened;
  }

  /** The status that a handshake is refused with. */
  static async refusal(url: string, query = '', headers: Record<string, string> = {}): Promise<number | undefined> {
    const socket = new WebSocket(addressOf(url, query), { headers });
    socket.on('error', () => undefined);
    return new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('open', () => resolve(101));
    }).finally(() => socket.terminate()) as Promise<number | undefined>;
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async authenticate(token: string): Promise<void> {
    const before = this.count('authenticated');
    this.say({ event: 'authenticate', data: { token } });
    await this.receives('authenticated', before + 1);
  }

  /** What was told of what happened, without what is about the socket itself. */
  get told(): string[] {
    return this.messages
      .filter(({ event }) => event.includes('.') || event === 'resync')
      .map(({ event, data }) => `${event} ${data.slug ?? data.kind ?? ''}`.trim());
  }

  get lastEventId(): string | undefined {
    return this.messages.findLast(({ id }) => id !== undefined)?.id;
  }

  /** @returns the last message of that event, once there are so many */
  async receives(event: string, count = 1): Promise<ReceivedEvent | undefined> {
    await until(
      () => this.count(event) >= count,
      () => `There came no ${event}, but ${JSON.stringify(this.messages)}`,
    );
    return this.messages.findLast((message) => message.event === event);
  }

  async closes(): Promise<number | undefined> {
    await until(() => this.closedWith !== undefined);
    return this.closedWith;
  }

  close(): void {
    this.socket.terminate();
  }

  private count(name: string): number {
    return this.messages.filter(({ event }) => event === name).length;
  }
}

const addressOf = (url: string, query: string): string => `${url.replace(/^http/, 'ws')}/api/v1/ws${query}`;
