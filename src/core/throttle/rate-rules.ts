import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../common/access/actor.js';
import type { ProblemCode } from '../../common/errors/problems.js';
import type { Settings } from '../config/settings.js';
import { networkKey } from './network-key.js';
import type { RateClassName } from './rate-class.decorator.js';

export type ThrottledRequest = FastifyRequest & { user?: Actor };

/** One limit: so many requests a window for everything that has the same key. */
export interface RateRule {
  name: string;
  /** The class of routes it holds for; all where it is left out. */
  routes?: RateClassName;
  /** Requests a window; 0 switches it off. */
  limit: number;
  /** In seconds. */
  window: number;
  /** What is counted together; `undefined` where the rule does not apply. */
  key: (request: ThrottledRequest) => string | undefined;
  problem: ProblemCode;
}

/** A client that shows a token is most likely one of many behind one address; its account has the tight limit. */
const TOKEN_FACTOR = 10;
/** Sign-ups cost a password hash and a mail each. */
const SIGN_UP_SHARE = 10;
/** These may cause a mail each. */
const ACCOUNT_MAIL_SHARE = 20;

/** Counted as soon as the headers are there, before a body is read. */
export const addressRules = ({ RATE_LIMIT }: Settings): RateRule[] => [
  {
    name: 'client',
    limit: RATE_LIMIT,
    window: 60,
    key: (request) => (request.headers.authorization ? undefined : networkKey(request.ip)),
    problem: 'RATE_LIMITED',
  },
  {
    name: 'network',
    limit: RATE_LIMIT * TOKEN_FACTOR,
    window: 60,
    key: (request) => (request.headers.authorization ? networkKey(request.ip) : undefined),
    problem: 'RATE_LIMITED',
  },
];

/** Counted when it is known who asks, and for what. */
export const routeRules = ({ RATE_LIMIT }: Settings): RateRule[] => [
  { name: 'account', limit: RATE_LIMIT, window: 60, key: (request) => request.user?.id, problem: 'RATE_LIMITED' },
  {
    name: 'sign-up',
    routes: 'sign-up',
    limit: Math.ceil(RATE_LIMIT / SIGN_UP_SHARE),
    window: 60,
    key: (request) => (request.user?.role === 'admin' ? undefined : networkKey(request.ip)),
    problem: 'RATE_LIMITED',
  },
  {
    name: 'account-mail',
    routes: 'account-mail',
    limit: Math.ceil(RATE_LIMIT / ACCOUNT_MAIL_SHARE),
    window: 60,
    key: (request) => networkKey(request.ip),
    problem: 'RATE_LIMITED',
  },
];
