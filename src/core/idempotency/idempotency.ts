import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, invalidField } from '../../common/errors/app-error.js';
import { currentContext } from '../context/request-context.js';
import { Keyring } from '../keys/keyring.js';
import { networkKey } from '../throttle/network-key.js';
import { IdempotencyRepository } from './idempotency.repository.js';

/** A key is good for so long, in seconds. */
const KEY_MAX_AGE = 86_400;

const PURPOSE = 'idempotency';
const HEADER = 'Idempotency-Key';
const KEY = /^[\x21-\x7e]{1,255}$/;
/** What of an answer is replayed besides its body. */
const KEPT_HEADERS = ['location', 'etag'];

interface Request {
  scope: string;
  /** Its hash: some clients make keys of what others should not read. */
  key: string;
  /** Whose HMAC tells whether a second request is the same one. */
  text: string;
}

/**
 * Makes a creating request repeatable (draft-ietf-httpapi-idempotency-key-header): the answer is kept in the transaction
 * that creates, so that either both are there or none.
 */
@Injectable()
export class Idempotency {
  constructor(
    private readonly keys: IdempotencyRepository,
    private readonly keyring: Keyring,
    private readonly transactions: TransactionHost<TransactionalAdapterTypeOrm>,
  ) {}

  /**
   * Without an `Idempotency-Key` only does the work. With one it is done once, in a transaction; what it throws is not
   * kept, so that the request may be tried again.
   * @param work creates, sets the headers of the answer, and returns its body
   * @throws AppError `IDEMPOTENCY_KEY_IN_USE`, `IDEMPOTENCY_KEY_REUSED`, 422 for a malformed key
   */
  async once<T extends object>(reply: FastifyReply, work: () => Promise<T>): Promise<T> {
    const key = reply.request.headers[HEADER.toLowerCase()];
    if (key === undefined) return work();
    if (typeof key !== 'string' || !KEY.test(key))
      throw invalidField(HEADER, 'INVALID_KEY', `${HEADER} must be 1 to 255 visible ASCII characters`);
    const request = {
      scope: scopeOf(reply.request),
      key: hashOf(key),
      text: JSON.stringify(reply.request.body ?? null),
    };
    return this.transactions.withTransaction(() => this.replayOrWork(reply, request, work));
  }

  async purge(): Promise<void> {
    await this.keys.purge(KEY_MAX_AGE);
  }

  private async replayOrWork<T extends object>(
    reply: FastifyReply,
    request: Request,
    work: () => Promise<T>,
  ): Promise<T> {
    const { scope, key, text } = request;
    if (!(await this.keys.lock(scope, key)))
      throw new AppError('IDEMPOTENCY_KEY_IN_USE', { headers: { 'retry-after': '1' } });
    const kept = await this.keys.find(scope, key, KEY_MAX_AGE);
    if (kept) {
      if (!this.keyring.verify(PURPOSE, text, kept.fingerprint)) throw new AppError('IDEMPOTENCY_KEY_REUSED');
      void reply.headers({ ...kept.headers, 'idempotency-replayed': 'true' });
      return JSON.parse(kept.body) as T;
    }
    const answer = await work();
    // Keyed, since a body may hold a password, which a plain hash of a known text would give away.
    const fingerprint = this.keyring.sign(PURPOSE, text);
    await this.keys.keep({ scope, key, fingerprint, headers: headersOf(reply), body: JSON.stringify(answer) });
    return answer;
  }
}

/** Without a secret, so that a repeated request is known after SECRET_KEY was exchanged, too. */
const hashOf = (key: string): string => createHash('sha256').update(key).digest('base64url');

/** Keys of different clients and routes do not meet; who has not signed in is told apart by network. */
function scopeOf({ method, routeOptions, ip }: FastifyRequest): string {
  const client = currentContext().userId ?? networkKey(ip);
  return `${method} ${routeOptions.url} ${client}`;
}

function headersOf(reply: FastifyReply): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = reply.getHeader(name);
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}
