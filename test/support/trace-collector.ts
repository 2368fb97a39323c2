import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './program.js';

export interface CollectedSpan {
  service: string;
  name: string;
  /** As in OTLP: 2 server, 3 client, 5 consumer. */
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: Record<string, unknown>;
  /** As in OTLP: 2 error. */
  status?: number;
}

interface OtlpAttribute {
  key: string;
  value: Record<string, unknown>;
}

type OtlpSpan = Omit<CollectedSpan, 'attributes' | 'status'> & {
  attributes?: OtlpAttribute[];
  status?: { code?: number };
};

interface OtlpTraces {
  resourceSpans: { resource: { attributes: OtlpAttribute[] }; scopeSpans: { spans: OtlpSpan[] }[] }[];
}

/** A collector of OpenTelemetry that takes traces as JSON over HTTP, and keeps them. */
export class TraceCollector {
  readonly spans: CollectedSpan[] = [];
  /** Everything that it was told, as it came. */
  text = '';
  private isSilent = false;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TraceCollector> {
    const server = createServer((request, response) => void collector.take(request, response));
    const collector = new TraceCollector(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The spans of a trace, once one of this name is among them. */
  async trace(traceId: string, name: string): Promise<CollectedSpan[]> {
    const found = () => this.spans.filter((span) => span.traceId === traceId);
    await until(
      () => found().some((span) => span.name === name),
      () => `No ${name} among ${JSON.stringify(found().map((span) => span.name))}`,
    );
    return found();
  }

  /** From now on it takes connections and answers nothing. */
  fallSilent(): void {
    this.isSilent = true;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.isSilent) return;
    const text = Buffer.concat(chunks).toString();
    this.text += text;
    if (request.url === '/v1/traces') this.spans.push(...spansOf(JSON.parse(text) as OtlpTraces));
    response.setHeader('content-type', 'application/json').end('{}');
  }
}

const spansOf = ({ resourceSpans }: OtlpTraces): CollectedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map((span) =>
        Object.assign(span, {
          service: String(valuesOf(resource.attributes)['service.name']),
          attributes: valuesOf(span.attributes ?? []),
          status: span.status?.code,
        }),
      ),
  );

const valuesOf = (attributes: OtlpAttribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
