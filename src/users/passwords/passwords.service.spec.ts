import bcrypt from 'bcrypt';
import { testSettings } from '../../../test/support/test-settings.js';
import { PasswordsService } from './passwords.service.js';

const PASSWORD = 'correct horse battery';

const withCost = (cost: number): PasswordsService =>
  new PasswordsService(testSettings('postgres://localhost/x', { BCRYPT_COST: String(cost) }));

describe('PasswordsService', () => {
  const passwords = withCost(4);

  afterEach(() => jest.restoreAllMocks());

  it('knows the password again, and no other', async () => {
    const stored = await passwords.hash(PASSWORD);
    expect(await passwords.check(PASSWORD, stored)).toEqual({ matches: true, outdated: false });
    expect(await passwords.check('Correct horse battery', stored)).toEqual({ matches: false, outdated: false });
    expect(await passwords.check('', stored)).toEqual({ matches: false, outdated: false });
  });

  it('keeps neither the password nor the same hash for two of them', async () => {
    const stored = await Promise.all([passwords.hash(PASSWORD), passwords.hash(PASSWORD)]);
    expect(stored[0]).toMatch(/^v1:\$2[aby]\$04\$/);
    expect(stored[0]).not.toBe(stored[1]);
    expect(stored.join('')).not.toContain(PASSWORD);
  });

  it.each([
    { name: 'beyond 72 bytes', one: `${'x'.repeat(72)}a`, other: `${'x'.repeat(72)}b` },
    { name: 'beyond 72 bytes of many-byte characters', one: `${'日'.repeat(24)}a`, other: `${'日'.repeat(24)}b` },
    { name: 'behind NUL', one: 'secret\0a', other: 'secret\0b' },
    { name: 'in a NUL at the end', one: 'secret', other: 'secret\0' },
    { name: 'in a blank at the end', one: 'secret', other: 'secret ' },
  ])('tells passwords apart that differ $name', async ({ one, other }) => {
    const stored = await passwords.hash(one);
    expect(await passwords.check(one, stored)).toMatchObject({ matches: true });
    expect(await passwords.check(other, stored)).toMatchObject({ matches: false });
  });

  it('takes the two forms of one character for one, as keyboards differ', async () => {
    const stored = await passwords.hash('zo\u00EB zo\u00EB zo\u00EB');
    expect(await passwords.check('zoe\u0308 zoe\u0308 zoe\u0308', stored)).toMatchObject({ matches: true });
  });

  it.each([
    { name: 'there is no account', stored: null },
    { name: 'the hash is of a scheme that is not known', stored: '$argon2id$v=19$m=65536' },
    { name: 'the hash is empty', stored: '' },
  ])('compares at the same cost where $name, and never matches', async ({ stored }) => {
    const compare = jest.spyOn(bcrypt, 'compare');
    expect(await passwords.check(PASSWORD, stored)).toEqual({ matches: false, outdated: false });
    expect(compare).toHaveBeenCalledTimes(1);
    expect(bcrypt.getRounds(compare.mock.calls[0]?.[1] ?? '')).toBe(4);
  });

  it('compares as often for an account that there is', async () => {
    const stored = await passwords.hash(PASSWORD);
    const compare = jest.spyOn(bcrypt, 'compare');
    await passwords.check('wrong', stored);
    expect(compare).toHaveBeenCalledTimes(1);
  });

  it.each([4, 6])('says that a hash of another cost than %d is outdated, once the password is right', async (cost) => {
    const stored = await withCost(5).hash(PASSWORD);
    expect(await withCost(cost).check(PASSWORD, stored)).toEqual({ matches: true, outdated: true });
    expect(await withCost(cost).check('wrong', stored)).toEqual({ matches: false, outdated: false });
  });
});
