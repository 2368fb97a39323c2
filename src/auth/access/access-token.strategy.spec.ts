import { AccessTokenStrategy } from './access-token.strategy.js';
import type { IdentitiesService } from '../identities/identities.service.js';
import type { OutsideTokens } from '../identities/outside-tokens.js';
import type { SessionsRepository } from '../sessions/sessions.repository.js';
import type { AccessTokens } from '../tokens/access-tokens.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const CONTENT = { userId: 'ada', sessionId: 'session' };
const CLAIMS = { issuer: 'https://id.example', subject: 'ada-there', email: undefined, emailVerified: false };
const ACCOUNT = { id: 'ada', role: 'editor', isActive: true, emailVerifiedAt: null };

describe('AccessTokenStrategy', () => {
  const read = jest.fn();
  const known = jest.fn();
  const account = jest.fn();
  const outside = { claims: jest.fn(), read: jest.fn() };
  const accountOf = jest.fn();
  const strategy = new AccessTokenStrategy(
    { read, known } as unknown as AccessTokens,
    { account } as unknown as SessionsRepository,
    outside as unknown as OutsideTokens,
    { accountOf } as unknown as IdentitiesService,
    { now: () => NOW },
  );

  beforeEach(() => {
    read.mockReset().mockResolvedValue(CONTENT);
    known.mockReset();
    account.mockReset().mockResolvedValue(ACCOUNT);
    outside.claims.mockReset().mockReturnValue(false);
    outside.read.mockReset().mockResolvedValue(CLAIMS);
    accountOf.mockReset().mockResolvedValue(ACCOUNT);
  });

  it('takes role and state from the database, never from the token', async () => {
    expect(await strategy.validate('token')).toEqual({
      id: 'ada',
      role: 'editor',
      emailVerified: false,
      sessionId: 'session',
      account: ACCOUNT,
    });
    expect(account).toHaveBeenCalledWith('session', NOW);
    expect(outside.read).not.toHaveBeenCalled();
  });

  it('does the same for a token that was shown before', async () => {
    known.mockReturnValue(CONTENT);
    expect(await strategy.validate('token')).toMatchObject({ id: 'ada', role: 'editor', account: ACCOUNT });
    expect(account).toHaveBeenCalledWith('session', NOW);
    expect(read).not.toHaveBeenCalled();
  });

  it('asks the database nothing about a token that is not valid', async () => {
    read.mockResolvedValue(undefined);
    expect(await strategy.validate('forged')).toBe(false);
    expect(account).not.toHaveBeenCalled();
  });

  it.each([
    { name: 'has ended', row: undefined },
    { name: 'is another account’s', row: { ...ACCOUNT, id: 'bob' } },
  ])('knows nobody by a token whose session $name', async ({ row }) => {
    account.mockResolvedValue(row);
    expect(await strategy.validate('token')).toBe(false);
  });

  it('tells a disabled account so', async () => {
    account.mockResolvedValue({ ...ACCOUNT, isActive: false });
    await expect(strategy.validate('token')).rejects.toMatchObject({ code: 'ACCOUNT_DISABLED', status: 403 });
  });

  describe('with a token of an outside issuer', () => {
    beforeEach(() => outside.claims.mockReturnValue(true));

    it('takes role and state from the account that stands for it, and has no session', async () => {
      expect(await strategy.validate('token')).toEqual({
        id: 'ada',
        role: 'editor',
        emailVerified: false,
        sessionId: null,
        account: ACCOUNT,
      });
      expect(accountOf.mock.calls).toEqual([[CLAIMS]]);
      expect(read).not.toHaveBeenCalled();
      expect(account).not.toHaveBeenCalled();
    });

    it('looks for no account by a token that is not valid, nor takes it for one of ours', async () => {
      outside.read.mockResolvedValue(undefined);
      expect(await strategy.validate('forged')).toBe(false);
      expect(accountOf).not.toHaveBeenCalled();
      expect(read).not.toHaveBeenCalled();
    });

    it('knows nobody by a token that has no account', async () => {
      accountOf.mockResolvedValue(undefined);
      expect(await strategy.validate('token')).toBe(false);
    });

    it('tells a disabled account so', async () => {
      accountOf.mockResolvedValue({ ...ACCOUNT, isActive: false });
      await expect(strategy.validate('token')).rejects.toMatchObject({ code: 'ACCOUNT_DISABLED', status: 403 });
    });
  });
});
