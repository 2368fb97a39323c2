/** Stacks, SQL, paths and the names of libraries: nobody outside needs to know them. */
const INTERNALS =
  /node_modules|\.[cm]?[jt]s:\d|\n\s+at |\b(select .{1,200} from|insert into|update \w+ set|delete from)\b|\b(typeorm|fastify|nestjs|node-postgres|bullmq|sqlstate|invalid input syntax|violates|relation ")\b|\/(work|home|usr|src|dist|tmp)\//i;
const HASH = /\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}/;

/**
 * What an answer says that it must not.
 * @param {import('../site/http.js').Message} message what of it comes back is the client's own
 * @param {import('../site/http.js').Answer} answer
 * @param {string[]} secrets
 * @returns {string | undefined}
 */
export function leakOf(message, { status, headers, text }, secrets) {
  const secret = secrets.find((one) => text.includes(one));
  if (secret) return `a secret (${secret.slice(0, 4)}…)`;
  const hash = HASH.exec(text);
  if (hash) return 'the hash of a password';
  if ('x-injected' in headers) return 'a header of the client’s making';
  if ('server' in headers || 'x-powered-by' in headers) return 'what it is made of';
  // What people write may hold anything.
  return status >= 400 ? internalsIn(message, text) : undefined;
}

function internalsIn(message, text) {
  const found = INTERNALS.exec(text)?.[0];
  if (found === undefined || isOf(message, found)) return undefined;
  return `something of the inside: ${found}`;
}

const isOf = ({ url, headers, body }, found) =>
  [url, decoded(url), headers.flat().join(' '), body?.toString('utf8') ?? ''].some((text) =>
    text.toLowerCase().includes(found.trim().toLowerCase()),
  );

function decoded(url) {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

const LIVE_MARKUP = /<script|\son\w+\s*=\s*["']|(?:href|src)\s*=\s*["']?\s*(?:javascript|vbscript|data):/i;

/**
 * What would run in the browser of whoever reads a post as HTML.
 * @param {string} html
 */
export const liveMarkupIn = (html) => LIVE_MARKUP.exec(html.replaceAll(/[\t\n\r]/g, ''))?.[0];
