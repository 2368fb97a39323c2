import { createVerb } from '../../src/cli/admin/create.js';
import { parseRecord, Refusal } from '../../src/cli/admin/archive/parse-line.js';
import { IdentitiesService } from '../../src/auth/identities/identities.service.js';
import { newId } from '../../src/common/ids/uuid.js';
import { identityKey } from '../../src/users/identity.js';
import { HOSTILE_ADDRESSES } from '../support/hostile-addresses.js';
import { createPerson, PASSWORD, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { JSON_BODY, operations } from './support/operations.js';
import { refusedFields } from './support/problem.js';

const NEW = { email: 'grace@example.com', password: PASSWORD, username: 'grace' };

const OURS = ['ada', 'root'];

/** A line of an export that would be taken. */
const account = (email: string, pendingEmail: string | null = null) => ({
  type: 'account',
  id: newId(),
  email,
  pendingEmail,
  username: 'grace',
  role: 'user',
  isActive: true,
  ...Object.fromEntries(
    ['createdAt', 'updatedAt', 'credentialsChangedAt'].map((name) => [name, '2026-01-01T00:00:00Z']),
  ),
});

/** Every way by which an address comes in; the ones of HTTP are those of the document. */
describe('an address that is none, or means somebody else', () => {
  let api: TestApi;
  let root: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    // The command would otherwise look for a database of its own.
    process.env['DATABASE_URL'] = api.database.url;
    await createPerson(api, 'ada');
    root = await createPerson(api, 'root', 'admin');
    await api.database.rows('DELETE FROM outbox_events');
  });

  afterEach(async () => {
    // Nobody is written to, and nobody has an account or is to have another address.
    expect(await api.database.rows('DELETE FROM outbox_events RETURNING type')).toEqual([]);
    expect(await api.database.rows('DELETE FROM users WHERE username NOT IN ($1, $2) RETURNING email', OURS)).toEqual(
      [],
    );
    expect(await api.database.rows('SELECT pending_email FROM users WHERE pending_email IS NOT NULL')).toEqual([]);
  });

  afterAll(async () => {
    delete process.env['DATABASE_URL'];
    await api.stop();
  });

  /** Operations whose body has an address, and under which name. */
  const takers = () =>
    operations(api).flatMap(({ method, path, bodies }) =>
      Object.entries(bodies[JSON_BODY] ?? {}).flatMap(([field, { format }]) =>
        format === 'email' ? [{ method, path, field, members: bodies[JSON_BODY] ?? {} }] : [],
      ),
    );

  it('comes in by these operations', () => {
    expect(takers().map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/v1/auth/email/resend',
      'POST /api/v1/auth/email/change',
      'POST /api/v1/auth/password/forgot',
      'POST /api/v1/users',
    ]);
  });

  it.each(HOSTILE_ADDRESSES)('is refused by every operation, whoever asks: %s', async (_name, address) => {
    for (const { method, path, field, members } of takers())
      for (const client of [api.client(), root.client]) {
        // With a password it is a sign-up, without one the invitation of an administrator.
        const passwords = path.endsWith('/users') && client === root.client ? [PASSWORD, undefined] : [PASSWORD];
        for (const password of 'password' in members ? passwords : [undefined]) {
          const answer = await client.request(method, path, { body: { [field]: address, password } });
          const isClosed = path.endsWith('/change') && answer.body?.code === 'UNAUTHENTICATED';
          expect({ path, address, fields: isClosed ? [field] : refusedFields(answer), status: answer.status }).toEqual({
            path,
            address,
            fields: [field],
            status: isClosed ? 401 : 422,
          });
        }
      }
  });

  // Those that are another spelling of an address are that of the same account, and of no other.
  const others = HOSTILE_ADDRESSES.filter(([, address]) => identityKey(address) !== 'ada@example.com');

  it.each(others)('is nobody to sign in as: %s', async (_name, address) => {
    const form = { grant_type: 'password', username: address, password: PASSWORD };
    for (const { status, text } of [
      await api.client().post('/api/v1/auth/login', { username: address, password: PASSWORD }),
      await api.client().request('POST', '/api/v1/auth/token', { form }),
    ]) {
      expect([400, 401, 422]).toContain(status);
      expect(text).not.toContain('access_token');
    }
  });

  it.each(HOSTILE_ADDRESSES)('is refused by the import, as present and as pending address: %s', (_name, address) => {
    expect(parseRecord(account(NEW.email, NEW.email)).row).toMatchObject({ email: NEW.email });
    for (const line of [account(address), account(NEW.email, address)])
      expect(() => parseRecord(line)).toThrow(Refusal);
  });

  it.each(HOSTILE_ADDRESSES)('makes no administrator at the command line: %s', async (_name, address) => {
    const verb = createVerb().exitOverride();
    await expect(verb.parseAsync(['--email', address, '--password', PASSWORD], { from: 'user' })).rejects.toMatchObject(
      { code: 'VALIDATION_FAILED', errors: [expect.objectContaining({ field: 'email' })] },
    );
  });

  it.each(HOSTILE_ADDRESSES)('makes no account by the token of an outside issuer: %s', async (_name, email) => {
    const claims = { issuer: 'https://id.example', subject: email, emailVerified: true, name: 'Ada' };
    expect(await api.app.get(IdentitiesService).accountOf({ ...claims, email })).toBeUndefined();
  });
});
