import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { isPublic } from './public-answer.js';
import { ResponseCache, type CachedAnswer } from './response-cache.js';

/** Headers that belong to an answer and not to the request that caused it. */
const KEPT_HEADERS = ['content-type', 'cache-control', 'etag', 'last-modified', 'link'];
const JSON_TYPE = 'application/json; charset=utf-8';

/** Answers from the response cache what a handler has marked as public; everything else passes through. */
@Injectable()
export class PublicAnswers {
  constructor(private readonly cache: ResponseCache) {}

  /**
   * The answer to this very URL, made once for all who ask at the same time and soon after.
   * @param make sets the headers of the answer, marks it as public where it is, and returns its body
   * @returns the body; as bytes where they are kept
   */
  once<Body>(reply: FastifyReply, make: () => Promise<Body>): Buffer | Promise<Body | Buffer> {
    const kept = this.cache.kept(reply.request.url);
    return kept ? give(reply, kept) : this.load(reply, make);
  }

  private async load<Body>(reply: FastifyReply, make: () => Promise<Body>): Promise<Body | Buffer> {
    let own: Body | undefined;
    const answer = await this.cache.read(reply.request.url, async () => {
      own = await make();
      if (!isPublic(reply) || this.isReady(reply)) return undefined;
      return toAnswer(reply, own);
    });
    return answer ? give(reply, answer) : (own as Body);
  }

  /** Nobody needs the bytes of what has its validator and is not kept. */
  private isReady(reply: FastifyReply): boolean {
    return !this.cache.isOn && reply.hasHeader('etag');
  }
}

function give(reply: FastifyReply, { headers, body }: CachedAnswer): Buffer {
  void reply.headers(headers);
  return body;
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
