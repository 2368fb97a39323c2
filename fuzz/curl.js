/** A longer body is told by its beginning. */
const SHOWN = 4_000;

/**
 * The request as a line for a shell. A good token is a variable, named after whose it is.
 * @param {string} base
 * @param {import('./site/http.js').Message} message
 * @param {import('./site/people.js').Person} person
 */
export function curlOf(base, { method, url, headers, body }, person) {
  const target = url.startsWith('http') ? ['--request-target', quoted(url), quoted(base)] : [quoted(base + url)];
  const given = headers.flatMap(([name, value]) => ['-H', headerOf(name, value, person)]);
  const line = ['curl -i --path-as-is --globoff -X', method, ...target, ...given];
  if (!body) return line.join(' ');
  if (body.length > SHOWN)
    return `${line.join(' ')} # with a body of ${body.length} bytes: ${quoted(body.toString('utf8', 0, 200))}…`;
  const text = body.toString('utf8');
  if (/^[\x20-\x7e]*$/.test(text)) return [...line, '--data-binary', quoted(text)].join(' ');
  return `base64 -d <<< ${body.toString('base64')} | ${line.join(' ')} --data-binary @-`;
}

function headerOf(name, value, { name: whose, token }) {
  if (token && value === `Bearer ${token}`) return `"Authorization: Bearer $${whose.toUpperCase()}"`;
  return quoted(value === '' ? `${name};` : `${name}: ${value.length > 300 ? `${value.slice(0, 300)}…` : value}`);
}

const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
