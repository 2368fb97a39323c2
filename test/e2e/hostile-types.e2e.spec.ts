import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { JSON_BODY, operations, type SchemaObject } from './support/operations.js';
import { refusedFields } from './support/problem.js';
import { NOBODY } from './support/posts.js';

/** What no member of any body takes: each has another type than the one that is due, or holds one. */
const WRONG: [name: string, value: unknown][] = [
  ['an empty list in a list', [[]]],
  ['an object', { $ne: null }],
  ['an object that looks like a text', { toString: 'x', length: 3 }],
  ['a list of objects', [{ role: 'admin' }]],
  ['a number beyond 64 bits', 9_223_372_036_854_775_808],
  ['a number', 0.5],
  ['a number beyond 31 bits', 2_147_483_648],
  ['a number beyond 53 bits', 9_007_199_254_740_992],
  ['a negative number', -1],
  ['NUL in a text', 'a\0b'],
  ['half of a surrogate pair', 'a\ud83d'],
  ['the other half of one', ['\udfff']],
];

/** Texts where none is due. */
const TEXTS = ['true', 'NaN', '1e3', '0', ' ', '[]', '{}', 'null'];

/** Times that no calendar has, or that others read as one. */
const TIMES = (
  '2026-02-29T00:00:00Z 2026-13-01T00:00:00Z 2026-00-10T00:00:00Z 2026-01-00T00:00:00Z 2026-01-32T00:00:00Z ' +
  '2026-01-01T24:00:01Z 2026-01-01T23:60:00Z 2026-01-01T23:59:61Z 2026-01-01T00:00:00+24:00 2026-01-01T00:00:00 ' +
  '10000-01-01T00:00:00Z +275760-09-13T00:00:00Z +275760-09-13T00:00:01Z -000001-01-01T00:00:00Z ' +
  '9999-12-31T23:59:59-23:59 0000-01-01T00:00:00+23:59 99999999999999 infinity -infinity now today epoch ' +
  '2026-W01-1T00:00:00Z 2026-001T00:00:00Z 20260101T000000Z 2026-01-01T00:00:00.0000000000Z'
).split(' ');

/** Whole bodies that are JSON, and no object. */
const BODIES = ['[]', '[{}]', '[[]]', '"text"', '1', 'true', 'null'];

const url = (path: string): string => path.replaceAll(/\{[^}]+\}/g, NOBODY);

/** In every position of every operation that reads JSON, by somebody whom no guard stops. */
describe('another type than the one that is due', () => {
  let api: TestApi;
  let admin: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    admin = await createPerson(api, 'root', 'admin');
  });

  afterAll(async () => {
    // Nothing was made or changed on the way.
    expect(await api.database.rows('SELECT username, role FROM users')).toEqual([{ username: 'root', role: 'admin' }]);
    expect(await api.database.rows('SELECT id FROM posts')).toEqual([]);
    await api.stop();
  });

  it.each(WRONG)('is refused by name: %s', async (_name, value) => {
    const tried: string[] = [];
    for (const { method, path, example } of operations(api)) {
      if (typeof example !== 'object' || example === null) continue;
      for (const field of Object.keys(example)) {
        tried.push(field);
        const body = { ...example, [field]: value };
        const { status, body: answer } = await admin.client.request(method, url(path), { body });
        expect({ path, field, status, code: answer?.code }).toMatchObject({ status: 422, code: 'VALIDATION_FAILED' });
        expect(answer.errors.map((error: { field: string }) => error.field.split(/[.[]/, 1)[0])).toContain(field);
      }
    }
    expect(tried.length).toBeGreaterThan(20);
  });

  /** Every member of every body that is of such a kind. */
  async function expectRefused(isMeant: (schema: SchemaObject) => boolean, value: unknown) {
    let tried = 0;
    for (const { method, path, example, bodies } of operations(api))
      for (const [field, schema] of Object.entries(bodies[JSON_BODY] ?? {})) {
        if (!isMeant(schema)) continue;
        tried += 1;
        const body = { ...(example as object | undefined), [field]: value };
        const answer = await admin.client.request(method, url(path), { body });
        expect({ path, field, status: answer.status, fields: refusedFields(answer) }).toEqual({
          path,
          field,
          status: 422,
          fields: expect.arrayContaining([field]),
        });
      }
    expect(tried).toBeGreaterThan(3);
  }

  it.each(TEXTS)('is refused where a yes or no is due: "%s"', (text) =>
    expectRefused(({ type }) => type === 'boolean', text),
  );

  it.each(TIMES)('is refused where a time is due: "%s"', (text) =>
    expectRefused(({ format }) => format === 'date-time', text),
  );

  it('is refused where null means nothing', () => expectRefused(({ type }) => ![type].flat().includes('null'), null));

  it.each(BODIES)('is refused as a body: %s', async (raw) => {
    for (const { method, path, example } of operations(api)) {
      if (example === undefined) continue;
      const headers = { 'content-type': 'application/json' };
      const { status } = await admin.client.request(method, url(path), { raw, headers });
      expect({ path, raw, isRefused: [400, 422].includes(status), status }).toMatchObject({ isRefused: true });
    }
  });
});
