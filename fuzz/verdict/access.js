import { liveMarkupIn } from './leaks.js';

/** @typedef {import('../site/people.js').Person} Person */
/** @typedef {import('../operations.js').Operation} Operation */

/**
 * @typedef {object} Attempt
 * @property {Operation} operation that it reached
 * @property {Person} person
 * @property {boolean} isProven with a good token
 * @property {string} url
 * @property {Map<string, string>} owners of posts and sessions
 */

const WRITES = new Set(['PUT', 'PATCH', 'DELETE', 'POST']);

/** Who is let in beside the owner of what the path names; of several rules the first one that fits. */
const RULES = [
  { pattern: /^\/api\/v1\/admin\//, isLet: ({ person }) => person.role === 'admin' },
  { pattern: /^\/api\/v1\/users\/\{id\}\/restore$/, isLet: ({ person }) => person.role === 'admin' },
  {
    pattern: /^\/api\/v1\/users\/\{id\}$/,
    isLet: ({ person, operation, id }) =>
      operation.method === 'GET' || person.role === 'admin' || id.toLowerCase() === person.id,
  },
  { pattern: /^\/api\/v1\/auth\/sessions\/\{id\}$/, isLet: ({ person, owner }) => !owner || owner === person.id },
  {
    pattern: /^\/api\/v1\/posts\/\{id\}/,
    isLet: ({ person, operation, owner }) =>
      !(WRITES.has(operation.method) || operation.path.includes('/revisions')) ||
      ['editor', 'admin'].includes(person.role) ||
      !owner ||
      owner === person.id,
  },
];

/**
 * Why somebody who was served must not have been.
 * @param {Attempt} attempt
 * @returns {string | undefined}
 */
export function trespassOf({ operation, person, isProven, url, owners }) {
  if (!operation.isGuarded) return undefined;
  if (!isProven) return 'served without a good token';
  const id = idIn(operation.path, url);
  const rule = RULES.find(({ pattern }) => pattern.test(operation.path));
  if (!rule || rule.isLet({ operation, person, id, owner: owners.get(id.toLowerCase()) })) return undefined;
  return `served to somebody else (${person.name})`;
}

function idIn(path, url) {
  const place = path.split('/').indexOf('{id}');
  const part = url.split(/[?#]/, 1)[0].split('/')[place] ?? '';
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * What is wrong with what somebody was given to see, or has made.
 * @param {any} body
 * @param {Attempt} attempt
 * @returns {string | undefined}
 */
export function contentFault(body, { operation, person, url, owners }) {
  const objects = Array.isArray(body?.items) ? body.items : [body];
  for (const one of objects) {
    if (typeof one !== 'object' || one === null) continue;
    const fault =
      accountFault(one, operation, person) ?? postFault(one, operation, person, owners) ?? markupFault(one, url);
    if (fault) return fault;
  }
  return undefined;
}

const isAccount = ({ username, role }) => username !== undefined && role !== undefined;

function accountFault(account, { path, method }, { id, role }) {
  if (!isAccount(account) || role === 'admin') return undefined;
  if (method === 'POST' && path === '/api/v1/users') return signUpFault(account);
  if (account.id !== id) return 'email' in account ? 'the address of somebody else' : undefined;
  if (account.role !== role) return `a role that nobody gave: ${account.role}`;
  return account.isActive && !account.emailVerified ? undefined : 'a state of the account that nobody gave';
}

const signUpFault = ({ role, emailVerified, isActive }) =>
  role !== 'user' || emailVerified === true || isActive === false
    ? 'an account with more than anybody gets'
    : undefined;

function postFault({ id, author, status, version }, { method, path }, person, owners) {
  if (!author?.id || !id) return undefined;
  const owner = owners.get(id);
  if (owner && owner !== author.id) return 'another author than before';
  if (version < 1) return `version ${version}`;
  if (method === 'POST' && path === '/api/v1/posts' && author.id !== person.id) return 'a post by somebody else';
  const isHidden = status !== undefined && status !== 'published';
  return isHidden && author.id !== person.id && !['editor', 'admin'].includes(person.role)
    ? `somebody else’s ${status}`
    : undefined;
}

function markupFault({ content }, url) {
  if (typeof content !== 'string' || !url.includes('format=html')) return undefined;
  const live = liveMarkupIn(content);
  return live && `live markup: ${live}`;
}
