import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { until } from './program.js';

export interface ReceivedEvent {
  id: string | undefined;
  event: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reads what it expects of an event
  data: any;
}

/** Listens to Server-Sent Events as a browser does (WHATWG HTML §9.2.6), but comes back only when it is told to. */
export class EventSource {
  readonly events: ReceivedEvent[] = [];
  readonly comments: string[] = [];
  lastEventId: string | undefined;
  retry: number | undefined;
  hasEnded = false;
  private rest = '';

  private constructor(
    private readonly sent: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.take(chunk));
    response.on('error', () => undefined);
    response.on('close', () => (this.hasEnded = true));
  }

  /** Resolves once it is answered; with 200, once it knows from where it would resume. */
  static async open(url: string, headers: Record<string, string> = {}, query = ''): Promise<EventSource> {
    const source = await new Promise<EventSource>((resolve, reject) => {
      const sent = request(`${url}/api/v1/events${query}`, { headers, agent: false });
      sent.once('error', reject);
      sent.once('response', (response) => resolve(new EventSource(sent, response)));
      sent.end();
    });
    source.sent.on('error', () => undefined);
    if (source.response.statusCode === 200) await until(() => source.retry !== undefined);
    return source;
  }

  /** The names of what has come, and of what. */
  get told(): string[] {
    return this.events.map(({ event, data }) => `${event} ${data.slug ?? data.title ?? ''}`.trim());
  }

  async receives(count: number): Promise<ReceivedEvent[]> {
    await until(
      () => this.events.length >= count,
      () => `Of ${count} events there came: ${this.told.join(', ')}`,
    );
    return this.events;
  }

  async ends(): Promise<void> {
    await until(() => this.hasEnded);
  }

  close(): void {
    this.sent.destroy();
  }

  private take(chunk: string): void {
    const blocks = (this.rest + chunk).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.dispatch(block);
  }

  private dispatch(block: string): void {
    const fields = block.split('\n').map((line) => line.split(/: ?(.*)/, 2) as [string, string]);
    const value = (name: string): string | undefined => fields.find(([field]) => field === name)?.[1];
    for (const [name, text] of fields) if (name === '') this.comments.push(text);
    this.lastEventId = value('id') ?? this.lastEventId;
    if (value('retry')) this.retry = Number(value('retry'));
    const data = value('data');
    if (data !== undefined)
      this.events.push({ id: this.lastEventId, event: value('event') ?? 'message', data: JSON.parse(data) });
  }
}
