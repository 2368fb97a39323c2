import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** What an envelope has, `errors` aside. */
const MEMBERS = ['code', 'detail', 'error', 'instance', 'requestId', 'status', 'title', 'type'];
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
/** Answers that may come in front of any operation: from the router, the gates, and Node's parser. */
const IN_FRONT = new Set([400, 404, 405, 408, 413, 414, 415, 421, 422, 431]);

/** @typedef {import('../operations.js').Operation} Operation */
/** @typedef {import('../site/http.js').Answer} Answer */

/** Holds answers against the OpenAPI document. */
export class Contract {
  #ajv = new Ajv2020({ strict: false });
  #validators = new Map();
  #operations;

  /**
   * @param {object} document
   * @param {Operation[]} operations
   */
  constructor(document, operations) {
    this.#operations = operations;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'openapi', components: document.components, paths: document.paths });
  }

  /**
   * The operation that a request reaches, if any, as the router sees it.
   * @param {string} method
   * @param {string} url
   * @returns {Operation | undefined}
   */
  operationAt(method, url) {
    const [target] = url.replace(/^http:\/\/[\w.]+(?=\/)/, '').split(/[?#]/, 1);
    const path = target.replaceAll(/%(?:2d|3\d|[46][1-9a-f]|[57][\da])/gi, (escape) => decodeURIComponent(escape));
    return this.#operations
      .filter((operation) => operation.method === method && operation.pattern.test(path))
      .sort((one, other) => one.path.split('{').length - other.path.split('{').length)[0];
  }

  /**
   * @param {string} method
   * @param {Operation | undefined} operation
   * @param {Answer} answer
   * @returns {string | undefined} what is wrong with it
   */
  faultOf(method, operation, answer) {
    const { status, text } = answer;
    if (method === 'HEAD' || status === 204 || status === 304)
      return text === '' ? undefined : 'a body where none may be';
    if (!operation) return status >= 400 ? envelopeFault(answer) : undefined;
    const key = String(status) in operation.responses || !IN_FRONT.has(status) ? String(status) : 'default';
    const declared = operation.responses[key];
    return declared ? this.#bodyFault(operation, key, answer) : `status ${status} is not declared`;
  }

  #bodyFault(operation, key, answer) {
    const { content } = operation.responses[key];
    if (!content) return answer.text === '' ? undefined : 'a body where none is declared';
    const type = answer.headers['content-type']?.split(';', 1)[0] ?? 'none';
    // What is refused in front of a route that speaks OAuth has not always got as far as to know that.
    if (type === 'application/problem+json') return envelopeFault(answer);
    if (!(type in content)) return `content type ${type} is not declared`;
    if (!type.endsWith('json')) return undefined;
    const body = parsed(answer.text);
    if (body === undefined) return 'the body is not JSON';
    const parts = ['paths', operation.path, operation.method.toLowerCase(), 'responses', key, 'content', type];
    const validate = this.#validator(`openapi#/${[...parts, 'schema'].map(escapePointer).join('/')}`);
    return validate(body) ? undefined : this.#ajv.errorsText(validate.errors);
  }

  #validator(reference) {
    let validate = this.#validators.get(reference);
    if (!validate) this.#validators.set(reference, (validate = this.#ajv.compile({ $ref: reference })));
    return validate;
  }
}

const escapePointer = (part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'));

/**
 * The one envelope of errors, to the member.
 * @param {Answer} answer
 * @returns {string | undefined}
 */
function envelopeFault({ status, headers, text }) {
  if (headers['content-type'] !== PROBLEM_TYPE && headers['content-type'] !== PROBLEM_TYPE.split(';', 1)[0])
    return `content type ${headers['content-type']} of an error`;
  const body = parsed(text);
  if (typeof body !== 'object' || body === null) return 'the envelope is no object';
  const names = Object.keys(body).filter((name) => name !== 'errors');
  if (names.sort().join() !== MEMBERS.join()) return `the envelope has ${names.join(', ')}`;
  if (body.status !== status) return `status ${body.status} in the envelope`;
  if (body.requestId !== headers['x-request-id']) return 'another request id in the envelope';
  if (!body.type.endsWith(`/errors/${body.code}`)) return `type ${body.type} in the envelope`;
  if ('errors' in body !== (body.code === 'VALIDATION_FAILED')) return 'a list of fields where none belongs, or none';
  if ((status === 401) !== 'www-authenticate' in headers) return 'a challenge where none belongs, or none';
  return (status === 405) === 'allow' in headers ? undefined : 'Allow where it does not belong, or none';
}

/** @param {string} text */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
