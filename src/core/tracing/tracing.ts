import { currentContext, runInContext, type RequestContext } from '../context/request-context.js';

/** Where a span stands between two processes, in the words of OpenTelemetry. */
type SpanKind = 'server' | 'client' | 'consumer';

/** Ids, names and numbers; never what somebody wrote. */
export type SpanAttributes = Record<string, string | number | boolean>;

export interface SpanOptions {
  kind: SpanKind;
  /** The `traceparent` of what caused it; it begins a trace where this is left out. */
  parent?: string;
  attributes?: SpanAttributes;
}

/** A piece of work with a beginning and an end. */
export interface Span {
  /** For what it causes. */
  readonly traceparent: string;
  /** @param error what the work failed with */
  end(outcome?: { error?: unknown; attributes?: SpanAttributes }): void;
}

export interface Tracer {
  begin(name: string, options: SpanOptions): Span;
  /** Hands over what is still kept. Never throws, and takes no longer than three seconds. */
  stop(): Promise<void>;
}

let tracer: Tracer | undefined;

/** One for the process, as the context is. Undefined switches tracing off. */
export const useTracer = (chosen: Tracer | undefined): void => {
  tracer = chosen;
};

export const isTracing = (): boolean => tracer !== undefined;

/** @returns undefined where nothing is traced */
export const beginSpan = (name: string, options: SpanOptions): Span | undefined => tracer?.begin(name, options);

/** A step of the request or job that runs; what runs for none, such as a poll, is no trace of its own. */
export function beginStep(name: string, attributes: SpanAttributes): Span | undefined {
  if (!tracer) return undefined;
  const parent = currentContext().traceparent;
  return parent === undefined ? undefined : tracer.begin(name, { kind: 'client', parent, attributes });
}

/** Runs the work as a step of its own. */
export async function inStep<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
  const span = beginStep(name, attributes);
  return span ? endingWith(span, work) : work();
}

/** Runs the work that a request caused in another process in its context, and as a part of its trace. */
export async function inCausedSpan<T>(
  name: string,
  { context, attributes }: { context: RequestContext; attributes: SpanAttributes },
  work: () => Promise<T>,
): Promise<T> {
  const span = beginSpan(name, { kind: 'consumer', parent: context.traceparent, attributes });
  if (!span) return runInContext({ ...context }, work);
  return runInContext({ ...context, traceparent: span.traceparent }, async () => endingWith(span, work));
}

async function endingWith<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    span.end();
    return result;
  } catch (error) {
    span.end({ error });
    throw error;
  }
}
