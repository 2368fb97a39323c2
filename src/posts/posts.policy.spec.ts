import type { Actor } from '../common/access/actor.js';
import type { Role } from '../common/access/role.js';
import { canEdit, canSee, isEditorial } from './posts.policy.js';

const actor = (id: string, role: Role): Actor => ({ id, role, emailVerified: true, sessionId: 'session' });

describe('the policy of posts', () => {
  it.each([
    { who: 'nobody', as: undefined, edits: undefined, seesDrafts: false },
    { who: 'a stranger', as: actor('bob', 'user'), edits: false, seesDrafts: false },
    { who: 'the author', as: actor('ada', 'user'), edits: true, seesDrafts: true },
    { who: 'an editor', as: actor('eve', 'editor'), edits: true, seesDrafts: true },
    { who: 'an administrator', as: actor('root', 'admin'), edits: true, seesDrafts: true },
  ])('$who sees drafts: $seesDrafts, edits: $edits', ({ as, edits, seesDrafts }) => {
    expect(canSee(as, { authorId: 'ada', status: 'draft' })).toBe(seesDrafts);
    expect(canSee(as, { authorId: 'ada', status: 'scheduled' })).toBe(seesDrafts);
    expect(canSee(as, { authorId: 'ada', status: 'published' })).toBe(true);
    expect(as && canEdit(as, { authorId: 'ada' })).toBe(edits);
  });

  it.each([
    { role: 'user', editorial: false },
    { role: 'editor', editorial: true },
    { role: 'admin', editorial: true },
  ] as const)('lets $role work on everybody’s posts: $editorial', ({ role, editorial }) => {
    expect(isEditorial(actor('ada', role))).toBe(editorial);
  });

  it('lets nobody do so who is not signed in', () => {
    expect(isEditorial(undefined)).toBe(false);
  });
});
