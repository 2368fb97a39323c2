import { randomUUID } from 'node:crypto';

/** The servers do not do the same work, so that measuring them would mean nothing. */
export class DifferentAnswersError extends Error {}

/** Answers to so many requests of each work are compared. */
const COMPARED = 20;

/**
 * Makes sure that the servers do the same work.
 * @param {import('./rounds.js').Prepared} prepared
 * @throws {DifferentAnswersError} that names the request and the first member that differs
 */
export async function assertSameAnswers({ work: { status = 200, except = [] }, servers, requests }) {
  const [baseline, ...others] = servers;
  for (const [index, request] of requests.get(baseline).slice(0, COMPARED).entries()) {
    const expected = await answerOf(baseline, request, status);
    for (const server of others) {
      const actual = await answerOf(server, requests.get(server)[index], status);
      const difference = firstDifference(expected, actual, new Set(except.map((member) => `answer.body.${member}`)));
      if (difference !== undefined)
        throw new DifferentAnswersError(
          `${server.name} answers ${nameOf(request)} otherwise than ${baseline.name}: ${difference}`,
        );
    }
  }
}

/**
 * @param {import('./servers.js').Server} server
 * @param {import('./works.js').Request} request
 * @param {number} status
 */
async function answerOf({ name, url }, { path, method, headers, body }, status) {
  const init = { method, headers, ...(body !== undefined && { body: body.replaceAll('[<id>]', randomUUID()) }) };
  const response = await fetch(url + path, init);
  const text = await response.text();
  if (response.status !== status)
    throw new DifferentAnswersError(`${name} answers ${nameOf({ path, method })} with ${response.status}: ${text}`);
  return { type: response.headers.get('content-type'), body: text === '' ? null : JSON.parse(text) };
}

const nameOf = ({ method = 'GET', path }) => `${method} ${path}`;

/**
 * @param {unknown} expected
 * @param {unknown} actual
 * @param {Set<string>} except paths of values that need only be of the same type
 * @param {string} [path]
 * @returns {string | undefined}
 */
function firstDifference(expected, actual, except, path = 'answer') {
  if (except.has(path)) return typeof expected === typeof actual ? undefined : `${path} is a ${typeof actual}`;
  if (!isObject(expected) || !isObject(actual))
    return Object.is(expected, actual)
      ? undefined
      : `${path} is ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const difference = firstDifference(expected[key], actual[key], except, `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** @param {unknown} value */
const isObject = (value) => typeof value === 'object' && value !== null;
