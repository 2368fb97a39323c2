/**
 * @typedef {object} Operation
 * @property {string} method
 * @property {string} path with its placeholders
 * @property {string} name method and path
 * @property {boolean} isGuarded nobody without an account is served
 * @property {{ in: string, name: string, required?: boolean, schema: object }[]} parameters
 * @property {Record<string, object>} bodies schemas by content type; without any it reads none
 * @property {Record<string, { content?: Record<string, { schema: object }> }>} responses by status
 * @property {RegExp} pattern of the paths that are its own
 */

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

/**
 * Every operation of an OpenAPI document.
 * @param {object} document
 * @returns {Operation[]}
 */
export const operationsOf = (document) =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => operationOf(document, method, path, item[method])),
  );

function operationOf(document, method, path, { security = [], parameters = [], requestBody, responses }) {
  const bodies = Object.entries(requestBody?.content ?? {});
  return {
    method: method.toUpperCase(),
    path,
    name: `${method.toUpperCase()} ${path}`,
    // An empty requirement among others means that it works without, too.
    isGuarded: security.length > 0 && security.every((one) => Object.keys(one).length > 0),
    parameters,
    bodies: Object.fromEntries(bodies.map(([type, { schema }]) => [type, resolve(document, schema)])),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [status, resolve(document, response)]),
    ),
    pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`),
  };
}

function resolve(document, part) {
  if (!part.$ref) return part;
  return part.$ref
    .slice(2)
    .split('/')
    .reduce((value, name) => value[name], document);
}
