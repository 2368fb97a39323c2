/** The servers do not do the same work, so that measuring them would mean nothing. */
export class DifferentAnswersError extends Error {}

/** Answers of so many paths of each work are compared. */
const COMPARED = 20;

/**
 * Makes sure that the servers do the same work.
 * @param {import('./servers.js').Server[]} servers
 * @param {string[]} paths
 * @throws {DifferentAnswersError} that names the path and the first member that differs
 */
export async function assertSameAnswers([baseline, ...others], paths) {
  for (const path of paths.slice(0, COMPARED)) {
    const expected = await answerOf(baseline, path);
    for (const server of others) {
      const difference = firstDifference(expected, await answerOf(server, path));
      if (difference !== undefined)
        throw new DifferentAnswersError(
          `${server.name} answers GET ${path} otherwise than ${baseline.name}: ${difference}`,
        );
    }
  }
}

/**
 * @param {import('./servers.js').Server} server
 * @param {string} path
 */
async function answerOf({ name, url }, path) {
  const response = await fetch(url + path);
  if (response.status !== 200) throw new DifferentAnswersError(`${name} answers GET ${path} with ${response.status}`);
  return { type: response.headers.get('content-type'), body: await response.json() };
}

/**
 * @param {unknown} expected
 * @param {unknown} actual
 * @param {string} [path]
 * @returns {string | undefined}
 */
function firstDifference(expected, actual, path = 'answer') {
  if (!isObject(expected) || !isObject(actual))
    return Object.is(expected, actual)
      ? undefined
      : `${path} is ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const difference = firstDifference(expected[key], actual[key], `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** @param {unknown} value */
const isObject = (value) => typeof value === 'object' && value !== null;
