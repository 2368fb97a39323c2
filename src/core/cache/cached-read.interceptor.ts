import { createHash } from 'node:crypto';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { isPublic } from './public-answer.js';
import { ResponseCache, type CachedAnswer } from './response-cache.js';

/** Headers that belong to an answer and not to the request that caused it. */
const KEPT_HEADERS = ['content-type', 'cache-control', 'etag', 'last-modified', 'link'];
const JSON_TYPE = 'application/json; charset=utf-8';

/** Answers from the response cache what the handler has marked as public; everything else passes through. */
@Injectable()
export class CachedReadInterceptor implements NestInterceptor {
  constructor(private readonly cache: ResponseCache) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { url } = http.getRequest<FastifyRequest>();
    const own: { body?: unknown } = {};
    const answer = await this.cache.read(url, async () => {
      own.body = await lastValueFrom(next.handle());
      return isPublic(reply) ? toAnswer(reply, own.body) : undefined;
    });
    if (!answer) return of(own.body);
    void reply.headers(answer.headers);
    return of(answer.body);
  }
}

function toAnswer(reply: FastifyReply, body: unknown): CachedAnswer {
  const isText = typeof body === 'string';
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  if (!isText) void reply.header('content-type', JSON_TYPE);
  if (!reply.hasHeader('etag')) void reply.header('etag', etagOf(bytes));
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = reply.getHeader(name);
    if (typeof value === 'string') headers[name] = value;
  }
  return { headers, body: bytes };
}

/** A strong validator of an answer that has no version of its own. */
const etagOf = (bytes: Buffer): string => `"${createHash('sha1').update(bytes).digest('base64url')}"`;
