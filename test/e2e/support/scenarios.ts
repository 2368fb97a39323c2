import type { Answer, RequestOptions, TestClient } from '../../support/test-client.js';
import type { TestApi } from '../../support/test-api.js';
import type { TestDatabase } from '../../support/test-database.js';
import { expectOAuthError, expectProblem, refusedFields } from './problem.js';

/** Rows of a table are written down before there is a server; what only exists then is a function. */
type Lazy<T> = T | (() => T);

interface Expectation {
  status: number;
  /** The code of an error; its envelope is held against the contract with it. */
  code?: string;
  /** The error of a route that speaks OAuth. */
  oauthError?: string;
  /** The fields that a 422 names: these and no others. */
  fields?: string[];
  /** Members of the body. */
  body?: Lazy<object>;
  /** Pieces of text that the answer has. */
  present?: Lazy<string[]>;
  /** Pieces of text that are nowhere in it. */
  absent?: Lazy<string[]>;
  /** Values of headers; `null` for one that must not be there. */
  headers?: Record<string, string | RegExp | null>;
  /** The types of the events that the request records, in any order; none where it is left out. */
  events?: string[];
  /** Tables that a refused request may touch all the same. */
  writes?: Table[];
}

/** One row: who asks for what, what must come of it, and (unsaid) that nothing else does. */
export interface Scenario extends Pick<RequestOptions, 'headers' | 'form' | 'raw'> {
  name: string;
  /** What must be there first; its own events and rows do not count. */
  given?: () => Promise<unknown>;
  /** Nobody where it is left out. */
  as?: () => { client: TestClient };
  method: string;
  path: Lazy<string>;
  body?: Lazy<unknown>;
  expect: Expectation;
}

const TABLES = [
  'users',
  'sessions',
  'posts',
  'post_slugs',
  'post_revisions',
  'subscriptions',
  'idempotency_keys',
  'outbox_events',
  'emails',
] as const;

type Table = (typeof TABLES)[number];

interface DatabaseState {
  events: Map<string, string>;
  /** A digest of all the rows of each table, so that a changed row shows as well as a new one. */
  digests: Record<Table, string>;
}

/** One test a row. */
export function itAnswers(api: () => TestApi, scenarios: Scenario[]): void {
  for (const scenario of scenarios) it(scenario.name, async () => expectScenario(api(), scenario));
}

/** Plays a row, and holds the answer and the database against what it expects. */
export async function expectScenario(api: TestApi, scenario: Scenario): Promise<Answer> {
  await scenario.given?.();
  const before = await stateOf(api.database);
  const answer = await send(api, scenario);
  const after = await stateOf(api.database);

  expectAnswer(answer, scenario.expect);
  const recorded = [...after.events].filter(([id]) => !before.events.has(id)).map(([, type]) => type);
  expect(recorded.sort()).toEqual([...(scenario.expect.events ?? [])].sort());
  if (mayNotWrite(scenario, answer)) {
    const written = TABLES.filter((table) => before.digests[table] !== after.digests[table]);
    expect(written).toEqual(scenario.expect.writes ?? []);
  }
  return answer;
}

/** What is refused, or only reads, leaves every table as it was. */
const mayNotWrite = ({ method }: Scenario, { status }: Answer): boolean =>
  status >= 300 || method === 'GET' || method === 'HEAD';

async function send(api: TestApi, { as, method, path, body, headers, form, raw }: Scenario): Promise<Answer> {
  const client = as?.().client ?? api.client();
  return client.request(method, now(path), { body: now(body), headers, form, raw });
}

function expectAnswer(answer: Answer, expectation: Expectation): void {
  const { status, code, oauthError, fields, body, headers = {} } = expectation;
  if (oauthError !== undefined) expectOAuthError(answer, status, oauthError);
  else if (status >= 400) expectProblem(answer, status, code);
  else expect({ status: answer.status, text: answer.text }).toEqual({ status, text: expect.any(String) });
  if (status === 204 || status === 304) expect(answer.text).toBe('');
  if (fields) expect(refusedFields(answer)).toEqual([...fields].sort());
  if (body !== undefined) expect(answer.body).toMatchObject(now(body));
  for (const text of now(expectation.present) ?? []) expect(answer.text).toContain(text);
  for (const text of now(expectation.absent) ?? []) expect(answer.text).not.toContain(text);
  for (const [name, value] of Object.entries(headers)) expectHeader(answer, name, value);
}

export function expectHeader(answer: Pick<Answer, 'headers'>, name: string, value: string | RegExp | null): void {
  const given = answer.headers.get(name);
  expect({ [name]: given }).toEqual({ [name]: value instanceof RegExp ? expect.stringMatching(value) : value });
}

async function stateOf(database: TestDatabase): Promise<DatabaseState> {
  const events = await database.rows<{ id: string; type: string }>('SELECT id, type FROM outbox_events');
  const digests = TABLES.map(
    (table) => `(SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM ${table} t) AS ${table}`,
  );
  const [row] = await database.rows<Record<Table, string>>(`SELECT ${digests.join(', ')}`);
  if (!row) throw new Error('The digests have no row');
  return { events: new Map(events.map(({ id, type }) => [id, type])), digests: row };
}

function now<T>(value: Lazy<T>): T {
  return typeof value === 'function' ? (value as () => T)() : value;
}
