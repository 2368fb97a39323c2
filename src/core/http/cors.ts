import type { FastifyCorsOptions } from '@fastify/cors';
import { isHardened, type Settings } from '../config/settings.js';

/** What browsers may read of an answer from another origin. */
const EXPOSED_HEADERS = [
  'Location',
  'ETag',
  'Link',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'X-Request-Id',
  'Deprecation',
  'Sunset',
];

const LOCALHOST_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
/** Seconds that a browser may remember what it was told of a route. */
const MAX_AGE = 600;

/** Which pages of other origins may call from a browser, and what they may see. */
export const corsOptions = (settings: Settings): FastifyCorsOptions => ({
  origin: isHardened(settings) ? settings.CORS_ORIGINS : [...settings.CORS_ORIGINS, LOCALHOST_ORIGIN],
  // Texts, as lists would be joined for every answer.
  exposedHeaders: EXPOSED_HEADERS.join(', '),
  methods: 'GET, HEAD, POST, PUT, PATCH, DELETE',
  maxAge: MAX_AGE,
  // One without the headers of a preflight is a question about the route, answered in known-routes.ts.
  strictPreflight: false,
});
