import { MailSink } from '../support/mail-sink.js';
import { until } from '../support/program.js';
import { TestDatabase } from '../support/test-database.js';
import { TraceCollector, type CollectedSpan } from '../support/trace-collector.js';
import { TwoProcesses } from '../support/two-processes.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CLIENT_SPAN = '00f067aa0ba902b7';
const KIND = { server: 2, client: 3, consumer: 5 };

/** What a process has logged for the trace. */
const lines = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ traceId }) => traceId === TRACE_ID);

/** The build with a collector beside it; OpenTelemetry is loaded as an operator has it loaded. */
describe('a trace', () => {
  let database: TestDatabase;
  let sink: MailSink;
  let collector: TraceCollector;
  let processes: TwoProcesses;

  beforeAll(async () => {
    [database, sink, collector] = await Promise.all([TestDatabase.create(), MailSink.start(), TraceCollector.start()]);
    processes = await TwoProcesses.start({
      DATABASE_URL: database.url,
      SMTP_URL: sink.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    });
  });

  afterAll(async () => {
    await processes.kill();
    await Promise.all([sink.stop(), collector.stop()]);
    await database.drop();
  });

  const signUp = (name: string, headers: Record<string, string> = {}) =>
    fetch(`${processes.url}/api/v1/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ email: `${name}@example.com`, password: 'correct horse battery' }),
    });

  const health = () => fetch(`${processes.url}/health`);

  it('goes on from the client through request, statements, outbox and job to the mail', async () => {
    const traceparent = `00-${TRACE_ID}-${CLIENT_SPAN}-01`;
    expect((await signUp('ada', { traceparent, 'x-request-id': 'traced-1' })).status).toBe(201);
    await sink.mailsTo('ada@example.com');
    // The last to end, since it has the others in it.
    const spans = await collector.trace(TRACE_ID, 'emails.send');

    const one = (name: string): CollectedSpan => {
      const found = spans.filter((span) => span.name === name);
      expect({ name, found: found.length }).toEqual({ name, found: 1 });
      return found[0] as CollectedSpan;
    };
    const request = one('POST /api/v1/users');
    expect(request).toMatchObject({
      service: 'broadsheet-api',
      kind: KIND.server,
      parentSpanId: CLIENT_SPAN,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/api/v1/users',
        'http.response.status_code': 201,
        'broadsheet.request.id': 'traced-1',
      },
    });
    expect(one('outbox.record')).toMatchObject({ kind: KIND.client, parentSpanId: request.spanId });
    expect(one('transaction.commit')).toMatchObject({ parentSpanId: request.spanId });

    const relay = one('outbox.relay UserRegistered');
    expect(relay).toMatchObject({
      service: 'broadsheet-worker',
      kind: KIND.consumer,
      parentSpanId: request.spanId,
      attributes: { 'broadsheet.event.type': 'UserRegistered' },
    });
    expect(one('emails.insert')).toMatchObject({ kind: KIND.client, parentSpanId: relay.spanId });

    const job = one('emails.send');
    expect(job).toMatchObject({
      service: 'broadsheet-worker',
      kind: KIND.consumer,
      parentSpanId: relay.spanId,
      attributes: { 'broadsheet.email.kind': 'welcome', 'broadsheet.email.tries': 1 },
    });
    expect(one('smtp.send')).toMatchObject({ kind: KIND.client, parentSpanId: job.spanId });
    // Written down together with other mails, so that it is a step of none.
    expect(spans.map(({ name }) => name)).not.toContain('emails.finish');
  });

  it('is named in the lines of both processes', async () => {
    expect(lines(processes.api.output)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ msg: 'request', requestId: 'traced-1', method: 'POST', status: 201, level: 'info' }),
      ]),
    );
    expect(lines(processes.worker.output)).toEqual(
      expect.arrayContaining([expect.objectContaining({ msg: 'Mail sent', requestId: 'traced-1' })]),
    );
  });

  it('begins with a request where the client told none, and with nothing else', async () => {
    expect((await health()).status).toBe(200);
    expect((await fetch(`${processes.url}/nowhere/ada@example.com?token=secret`)).status).toBe(404);
    expect((await signUp('ada')).status).toBe(409);
    const roots = () => collector.spans.filter(({ parentSpanId }) => !parentSpanId);
    const conflict = () => roots().find(({ name }) => name === 'POST /api/v1/users');
    await until(() => conflict() !== undefined);

    expect(new Set(roots().map(({ kind }) => kind))).toEqual(new Set([KIND.server]));
    expect(roots().map(({ name }) => name)).toEqual(expect.arrayContaining(['GET unknown', 'POST /api/v1/users']));
    expect(conflict()).toMatchObject({ attributes: { 'http.response.status_code': 409 } });
    expect(conflict()?.status).not.toBe(2);
    expect(new Set(collector.spans.map(({ service }) => service))).toEqual(
      new Set(['broadsheet-api', 'broadsheet-worker']),
    );
    expect(collector.text).toContain('deployment.environment.name');
    for (const secret of ['ada@example.com', 'correct horse', 'secret']) expect(collector.text).not.toContain(secret);
  });

  it('is no debt: with a collector that is silent, or gone, requests and mails go on, and both processes stop in time', async () => {
    collector.fallSilent();
    expect((await signUp('grace')).status).toBe(201);
    await sink.mailsTo('grace@example.com');
    await collector.stop();
    const answers = await Promise.all(['one', 'two', 'three'].map((name) => signUp(name)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    await sink.mailsTo('three@example.com');

    const begin = performance.now();
    await expect(Promise.all([processes.api.stop(), processes.worker.stop()])).resolves.toEqual([0, 0]);
    expect(performance.now() - begin).toBeLessThan(10_000);
  });
});
