import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { operations } from './support/operations.js';
import { NOBODY } from './support/posts.js';

/** What no member of any body takes: each has another type than the one that is due, or holds one. */
const WRONG: [name: string, value: unknown][] = [
  ['an empty list in a list', [[]]],
  ['an object', { $ne: null }],
  ['an object that looks like a text', { toString: 'x', length: 3 }],
  ['a list of objects', [{ role: 'admin' }]],
  ['a number beyond 64 bits', 9_223_372_036_854_775_808],
  ['a number', 0.5],
];

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

  it.each(BODIES)('is refused as a body: %s', async (raw) => {
    for (const { method, path, example } of operations(api)) {
      if (example === undefined) continue;
      const headers = { 'content-type': 'application/json' };
      const { status } = await admin.client.request(method, url(path), { raw, headers });
      expect({ path, raw, isRefused: [400, 422].includes(status), status }).toMatchObject({ isRefused: true });
    }
  });
});
