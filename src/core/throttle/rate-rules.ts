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
const SIGN_IN_NETWORK_FACTOR = 10;
/** Sign-ups cost a password hash and a mail each. */
const SIGN_UP_SHARE = 10;

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
export const routeRules = ({ RATE_LIMIT, LOGIN_RATE_LIMIT }: Settings): RateRule[] => [
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
    name: 'sign-in',
    routes: 'sign-in',
    limit: LOGIN_RATE_LIMIT,
    window: 60,
    key: (request) => (isRefresh(request.body) ? undefined : `${networkKey(request.ip)} ${loginOf(request.body)}`),
    problem: 'TOO_MANY_ATTEMPTS',
  },
  {
    name: 'sign-in-network',
    routes: 'sign-in',
    limit: LOGIN_RATE_LIMIT * SIGN_IN_NETWORK_FACTOR,
    window: 60,
    key: (request) => (isRefresh(request.body) ? undefined : networkKey(request.ip)),
    problem: 'TOO_MANY_ATTEMPTS',
  },
];

/** The token endpoint takes refresh tokens too, with which nobody guesses. */
const isRefresh = (body: unknown): boolean => ((body ?? {}) as { grant_type?: unknown }).grant_type === 'refresh_token';

/** The account that somebody tries to sign in to, before the body is validated. */
function loginOf(body: unknown): string {
  const { username, email } = (body ?? {}) as { username?: unknown; email?: unknown };
  const login = typeof username === 'string' ? username : email;
  return typeof login === 'string' ? login.normalize('NFKC').toLowerCase().slice(0, 254) : '';
}
