import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { PROBLEMS } from '../../common/errors/problems.js';
import { Settings } from '../config/settings.js';
import { KnownRoutes } from '../http/known-routes.js';
import type { ErrorAnswer, HttpRouteConfig } from '../http/route-config.js';
import { AppLogger } from '../logging/app-logger.js';
import { PROBLEM_TYPE, problemBody } from './problem-body.js';
import { problemHeaders } from './problem-headers.js';
import { toAppError } from './to-app-error.js';

/** The one way out for whatever is thrown: maps, logs once at the level of its code, answers in the envelope. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly settings: Settings,
    private readonly knownRoutes: KnownRoutes,
    private readonly logger: AppLogger,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = this.withMethods(toAppError(thrown), request);
    this.log(error, request, reply);
    if (reply.sent) return;

    const { errorAnswer } = (request.routeOptions?.config ?? {}) as HttpRouteConfig;
    const { status, body, type, headers } = errorAnswer?.(error) ?? this.answerOf(error, request);
    void reply
      .status(status)
      .headers({
        'cache-control': 'no-store',
        ...problemHeaders(error, status),
        ...headers,
      })
      .type(type ?? 'application/json; charset=utf-8')
      .send(typeof body === 'string' ? body : JSON.stringify(body));
  }

  private answerOf(error: AppError, request: FastifyRequest): ErrorAnswer {
    const origin = { baseUrl: this.settings.PUBLIC_URL, instance: pathOf(request), requestId: request.id };
    return { status: error.status, type: PROBLEM_TYPE, body: problemBody(error, origin) };
  }

  /** A known path that does not know the method is 405, and says which methods it knows (RFC 9110 §15.5.6). */
  private withMethods(error: AppError, request: FastifyRequest): AppError {
    if (error.code !== 'ROUTE_NOT_FOUND') return error;
    const methods = this.knownRoutes.methodsOf(pathOf(request));
    const isOther = methods.length > 0 && !methods.includes(request.method);
    return isOther ? new AppError('METHOD_NOT_ALLOWED', { headers: { allow: methods.join(', ') } }) : error;
  }

  private log(error: AppError, request: FastifyRequest, reply: FastifyReply): void {
    const { code, status } = error;
    // That nobody waits for the answer any more is the client's business.
    const isAbandoned = code === 'SERVICE_UNAVAILABLE' && (reply.sent || reply.raw.destroyed);
    const level = isAbandoned ? 'debug' : error.level;
    const members = { requestId: request.id, code, status };
    if (level === 'error') this.logger.pino.error({ ...members, err: error.cause ?? error }, error.message);
    // The title, as the detail of a refusal repeats names and values of the client's own making.
    else this.logger.pino[level](members, PROBLEMS[code].title);
  }
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '';
