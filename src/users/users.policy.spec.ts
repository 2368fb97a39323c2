import type { Actor } from '../common/access/actor.js';
import type { Role } from '../common/access/role.js';
import { canChangeAccount, canSeePrivate, isAdministrator } from './users.policy.js';

const actor = (id: string, role: Role): Actor => ({ id, role, emailVerified: true, sessionId: 'session' });

describe('the policy of accounts', () => {
  it.each([
    { who: 'a stranger', id: 'bob', role: 'user', allowed: false },
    { who: 'the owner', id: 'ada', role: 'user', allowed: true },
    { who: 'an editor', id: 'bob', role: 'editor', allowed: false },
    { who: 'an administrator', id: 'bob', role: 'admin', allowed: true },
  ] as const)('lets $who change and see what is private: $allowed', ({ id, role, allowed }) => {
    expect(canChangeAccount(actor(id, role), 'ada')).toBe(allowed);
    expect(canSeePrivate(actor(id, role), 'ada')).toBe(allowed);
  });

  it.each([
    { role: 'user', is: false },
    { role: 'editor', is: false },
    { role: 'admin', is: true },
  ] as const)('takes $role for an administrator: $is', ({ role, is }) => {
    expect(isAdministrator(actor('ada', role))).toBe(is);
  });

  it('takes nobody for no administrator', () => {
    expect(isAdministrator(undefined)).toBe(false);
  });
});
