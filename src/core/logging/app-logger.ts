import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import type { Settings } from '../config/settings.js';
import { currentContext } from '../context/request-context.js';
import { traceIdOf } from '../tracing/traceparent.js';
import { describeError, withoutAddresses } from './describe-error.js';
import { LogOutput } from './log-output.js';

/** Members that never reach a log, whoever logs the object that has them. */
const SECRET_MEMBERS = ['password', 'newPassword', 'currentPassword', 'token', 'refresh_token', 'access_token'];
const SECRET_HEADERS = ['authorization', 'cookie', 'set-cookie', 'idempotency-key', 'x-api-key'];
const REDACTED = [
  ...SECRET_MEMBERS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
  ...SECRET_HEADERS.flatMap((name) => [`headers["${name}"]`, `*.headers["${name}"]`]),
];

/** What Nest says while it starts: of use to whoever changes the modules, not to whoever runs them. */
const START_UP_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Structured log on stdout, as JSON or for people; also what Nest itself logs through. */
export class AppLogger implements LoggerService {
  readonly pino: Logger;
  /**
   * For lines whose members are all known: without the search for secrets, which costs ten times what the line does, and
   * without those of the context.
   */
  readonly plain: Logger;

  constructor({ LOG_LEVEL, LOG_FORMAT }: Settings) {
    const destination = LOG_FORMAT === 'pretty' ? prettyDestination() : (output ??= new LogOutput());
    const options: LoggerOptions = {
      level: LOG_LEVEL,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    };
    this.pino = pino(
      {
        ...options,
        redact: { paths: REDACTED, censor: '[redacted]' },
        serializers: { err: (error: unknown) => describeError(error) },
        mixin: contextMembers,
      },
      destination,
    );
    this.plain = pino(options, destination);
  }

  log(message: unknown, ...rest: unknown[]): void {
    const isStartUp = typeof rest.at(-1) === 'string' && START_UP_CONTEXTS.has(rest.at(-1) as string);
    this.write(isStartUp ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes a stack and then the context as trailing texts. */
  private write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const logger = rest.at(-1);
    const members = { ...(typeof logger === 'string' ? { logger } : {}), ...stackOf(rest) };
    if (message instanceof Error) this.pino[level]({ ...members, err: message }, withoutAddresses(message.message));
    else if (typeof message === 'object' && message !== null) this.pino[level]({ ...members, ...message });
    else this.pino[level](members, String(message));
  }
}

/** One for the process, as it has one stdout. */
let output: LogOutput | undefined;

/** Calls for each line that was dropped, as nobody took it. */
export const onDroppedLine = (call: () => void): void => {
  if (output) output.onDrop = call;
};

const prettyDestination = (): DestinationStream =>
  pino.transport({
    target: 'pino-pretty',
    options: { translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' },
  });

function contextMembers(): object {
  const { requestId, traceparent, userId } = currentContext();
  return { requestId, traceId: traceIdOf(traceparent), userId };
}

function stackOf(rest: unknown[]): { stack?: string } {
  const stack = rest.length > 1 ? rest[0] : undefined;
  return typeof stack === 'string' ? { stack } : {};
}
