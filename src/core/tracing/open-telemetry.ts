import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span as ApiSpan,
  type Tracer as ApiTracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { inTime } from '../../common/timing/in-time.js';
import type { AppLogger } from '../logging/app-logger.js';
import { VERSION } from '../openapi/version.js';
import type { Span, SpanAttributes, SpanOptions, Tracer } from './tracing.js';

/** Milliseconds that a process which stops waits for the collector. */
const FAREWELL = 3_000;

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER } as const;

interface Parts {
  /** Takes OTLP as JSON over HTTP. */
  url: string;
  /** Unless OTEL_SERVICE_NAME says otherwise. */
  serviceName: string;
  logger: AppLogger;
}

/**
 * Spans for an OpenTelemetry collector, sent in batches from a queue that drops what does not fit. Sampler, limits,
 * headers and resource follow the variables that OpenTelemetry has for them. Nothing is patched: what is traced is what
 * this program begins.
 */
export class OpenTelemetry implements Tracer {
  private readonly provider: BasicTracerProvider;
  private readonly tracer: ApiTracer;

  constructor({ url, serviceName, logger }: Parts) {
    diag.setLogger(diagnosticsTo(logger), DiagLogLevel.WARN);
    this.provider = new BasicTracerProvider({
      resource: defaultResource()
        .merge(resourceFromAttributes({ 'service.name': serviceName, 'service.version': VERSION }))
        .merge(detectResources({ detectors: [envDetector] })),
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
    });
    this.tracer = this.provider.getTracer('broadsheet', VERSION);
  }

  begin(name: string, { kind, parent, attributes }: SpanOptions): Span {
    return new SentSpan(this.tracer.startSpan(name, { kind: KINDS[kind], attributes }, contextOf(parent)));
  }

  async stop(): Promise<void> {
    // What a collector that is gone did not take is lost: a trace is no debt.
    await inTime(this.provider.shutdown(), FAREWELL).catch(() => undefined);
  }
}

class SentSpan implements Span {
  readonly traceparent: string;

  constructor(private readonly span: ApiSpan) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  end({ error, attributes }: { error?: unknown; attributes?: SpanAttributes } = {}): void {
    if (attributes) this.span.setAttributes(attributes);
    if (error !== undefined) {
      // Its kind alone, or a status: a message may repeat what a client sent.
      this.span.setAttribute('error.type', kindOf(error));
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}

function contextOf(traceparent: string | undefined): Context {
  if (traceparent === undefined) return ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    // Only the first bit has a meaning that is known here (W3C Trace Context §3.2.2.5).
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
  });
}

const ignore = (): void => undefined;

function diagnosticsTo(logger: AppLogger) {
  const warn = (message: string): void => logger.warn({ msg: `OpenTelemetry: ${message.slice(0, 500)}` });
  return { error: warn, warn, info: ignore, debug: ignore, verbose: ignore };
}
