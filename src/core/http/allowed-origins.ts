import { isHardened, type Settings } from '../config/settings.js';

const LOCALHOST_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Which pages may call: those of CORS_ORIGINS, and in development those of any port of this machine.
 * @returns what tells of an origin how it is to be told to its browser, undefined for one that may not
 */
export function allowedOrigins(settings: Settings): (origin: string) => string | undefined {
  const listed = new Set(settings.CORS_ORIGINS);
  if (listed.has('*')) return () => '*';
  const isLocalAllowed = !isHardened(settings);
  return (origin) => (listed.has(origin) || (isLocalAllowed && LOCALHOST_ORIGIN.test(origin)) ? origin : undefined);
}

/**
 * Whether a page of this origin may open a connection that no CORS stands in front of.
 * @param host the host that the request is for
 */
export function isAllowedOrigin(origin: string, host: string, settings: Settings): boolean {
  if (!URL.canParse(origin)) return false;
  if (new URL(origin).host === host || origin === new URL(settings.PUBLIC_URL).origin) return true;
  return allowedOrigins(settings)(origin) !== undefined;
}
