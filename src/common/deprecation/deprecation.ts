export interface DeprecationPlan {
  /** The day from which on nobody should begin to use it, as `2026-03-02`; it begins at midnight UTC. */
  since: string;
  /** The day from which on it may be gone; after `since`. */
  sunset: string;
  /** The path or URL of what takes its place; `{id}` is what the request has in its own path under that name. */
  replacement: string;
}

const DAY = /^\d{4}-\d\d-\d\d$/;
/** What a URI may consist of (RFC 3986 §2), and placeholders. */
const REPLACEMENT = /^(?:\/(?!\/)|https?:\/\/[^/])(?:[\w.~:/?#[\]@!$&'()*+,;=%-]|\{\w+\})*$/;
const PLACEHOLDER = /\{(\w+)\}/g;

/** When something was given up, when it goes, and what comes after it. */
export class Deprecation {
  /** RFC 9745 §2.1: a Date of RFC 9651, which is `@` and the seconds since 1970. */
  readonly deprecationHeader: string;
  /** RFC 8594 §3: an HTTP-date. */
  readonly sunsetHeader: string;
  /** The names of the placeholders of the replacement. */
  readonly placeholders: string[];

  /** @throws Error for days that no calendar has, a sunset that is not after the deprecation, or what is no address */
  constructor(readonly plan: DeprecationPlan) {
    const since = beginOf(plan.since);
    const sunset = beginOf(plan.sunset);
    if (sunset <= since) throw new Error(`Its sunset, ${plan.sunset}, is not after its deprecation, ${plan.since}`);
    if (!REPLACEMENT.test(plan.replacement)) throw new Error(`${plan.replacement} is neither a path nor a URL`);
    this.deprecationHeader = `@${since.getTime() / 1_000}`;
    this.sunsetHeader = sunset.toUTCString();
    this.placeholders = [...plan.replacement.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  }

  /** RFC 5829 §3.4. @param params the parameters of the request's own path */
  linkHeader(params: Record<string, string>): string {
    const target = this.plan.replacement.replace(PLACEHOLDER, (_, name: string) =>
      encodeURIComponent(params[name] ?? ''),
    );
    return `<${target}>; rel="successor-version"`;
  }
}

function beginOf(day: string): Date {
  const date = new Date(`${day}T00:00:00Z`);
  // `Date` makes the second of March of a thirtieth of February.
  if (!DAY.test(day) || Number.isNaN(date.getTime()) || !date.toISOString().startsWith(day))
    throw new Error(`${day} is not a day such as 2026-03-02`);
  return date;
}
