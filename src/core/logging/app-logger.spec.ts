import { pino } from 'pino';
import { testSettings } from '../../../test/support/test-settings.js';
import { runInContext } from '../context/request-context.js';
import { AppLogger } from './app-logger.js';

/** A logger whose lines are kept instead of written to stdout. */
function recordingLogger(level = 'trace') {
  const logger = new AppLogger(testSettings('postgres://localhost/x', { LOG_LEVEL: level }));
  const texts: string[] = [];
  const stream = { write: (text: string) => void texts.push(text) };
  (logger.pino as unknown as Record<symbol, unknown>)[pino.symbols.streamSym] = stream;
  return { logger, texts, lines: () => texts.map((text) => JSON.parse(text) as Record<string, unknown>) };
}

describe('AppLogger', () => {
  it.each([
    ['log', 'info'],
    ['error', 'error'],
    ['warn', 'warn'],
    ['debug', 'debug'],
    ['verbose', 'trace'],
    ['fatal', 'fatal'],
  ] as const)('writes %s at the level %s, with a time, in one line', (method, level) => {
    const { logger, lines, texts } = recordingLogger();
    logger[method]('Something\nhappened');
    expect(lines()).toEqual([{ level, time: expect.stringMatching(/^\d{4}-.*Z$/), msg: 'Something\nhappened' }]);
    expect(texts[0]?.trimEnd()).not.toContain('\n');
  });

  it('writes the members of an object', () => {
    const { logger, lines } = recordingLogger();
    logger.log({ emailId: '7', msg: 'Mail sent' });
    expect(lines()).toMatchObject([{ emailId: '7', msg: 'Mail sent' }]);
  });

  it('writes an error with its type and stack', () => {
    const { logger, lines } = recordingLogger();
    logger.error(new TypeError('broken'));
    expect(lines()).toMatchObject([
      { msg: 'broken', err: { type: 'TypeError', message: 'broken', stack: expect.stringContaining('at ') } },
    ]);
  });

  it('knows the trailing texts of Nest: a stack and the name of the logger', () => {
    const { logger, lines } = recordingLogger();
    logger.error('broken', 'Error: broken\n at x', 'OutboxRelay');
    logger.warn('careful', 'OutboxRelay');
    const [first, second] = lines();
    expect(first).toMatchObject({ msg: 'broken', stack: 'Error: broken\n at x', logger: 'OutboxRelay' });
    expect(second).toMatchObject({ msg: 'careful', logger: 'OutboxRelay' });
    expect(second).not.toHaveProperty('stack');
  });

  it.each(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication'])(
    'keeps what %s says at the start to those who debug',
    (context) => {
      const { logger, lines } = recordingLogger();
      logger.log('Mapped {/posts, GET} route', context);
      logger.log('Started', 'Launcher');
      expect(lines()).toMatchObject([{ level: 'debug' }, { level: 'info' }]);
    },
  );

  it('writes nothing below its level', () => {
    const { logger, texts } = recordingLogger('warn');
    logger.log('info');
    logger.debug('debug');
    expect(texts).toEqual([]);
    logger.warn('warn');
    expect(texts).toHaveLength(1);
  });

  describe('keeps secret', () => {
    const SECRET = 'hunter2-hunter2';

    it.each(['password', 'newPassword', 'currentPassword', 'token', 'refresh_token', 'access_token'])(
      'the member %s, at the top and further in',
      (name) => {
        const { logger, texts, lines } = recordingLogger();
        logger.log({ [name]: SECRET, body: { [name]: SECRET }, request: { body: { [name]: SECRET } }, kept: 'yes' });
        expect(texts.join('')).not.toContain(SECRET);
        expect(lines()).toMatchObject([{ [name]: '[redacted]', body: { [name]: '[redacted]' }, kept: 'yes' }]);
      },
    );

    it.each(['authorization', 'cookie', 'set-cookie', 'idempotency-key', 'x-api-key'])('the header %s', (name) => {
      const { logger, texts, lines } = recordingLogger();
      logger.log({ headers: { [name]: SECRET, accept: '*/*' }, request: { headers: { [name]: SECRET } } });
      expect(texts.join('')).not.toContain(SECRET);
      expect(lines()).toMatchObject([{ headers: { [name]: '[redacted]', accept: '*/*' } }]);
    });

    it('what is logged through pino itself', () => {
      const { logger, texts } = recordingLogger();
      logger.pino.info({ password: SECRET }, 'request');
      expect(texts.join('')).not.toContain(SECRET);
    });
  });

  it('puts request, trace and account of the context on every line', () => {
    const { logger, lines } = recordingLogger();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    runInContext({ requestId: 'req-1', traceparent, userId: 'ada' }, () => logger.log('inside'));
    logger.log('outside');
    const [inside, outside] = lines();
    expect(inside).toMatchObject({ requestId: 'req-1', traceId: '4bf92f3577b34da6a3ce929d0e0e4736', userId: 'ada' });
    expect(Object.keys(outside ?? {}).sort()).toEqual(['level', 'msg', 'time']);
  });
});
