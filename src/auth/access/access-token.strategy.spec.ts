import { AccessTokenStrategy } from './access-token.strategy.js';
import type { SessionsRepository } from '../sessions/sessions.repository.js';
import type { AccessTokens } from '../tokens/access-tokens.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const CONTENT = { userId: 'ada', sessionId: 'session' };
const ACCOUNT = { id: 'ada', role: 'editor', isActive: true, emailVerified: false };

describe('AccessTokenStrategy', () => {
  const read = jest.fn();
  const account = jest.fn();
  const strategy = new AccessTokenStrategy(
    { read } as unknown as AccessTokens,
    { account } as unknown as SessionsRepository,
    { now: () => NOW },
  );

  beforeEach(() => {
    read.mockReset().mockReturnValue(CONTENT);
    account.mockReset().mockResolvedValue(ACCOUNT);
  });

  it('takes role and state from the database, never from the token', async () => {
    expect(await strategy.validate('token')).toEqual({
      id: 'ada',
      role: 'editor',
      emailVerified: false,
      sessionId: 'session',
    });
    expect(account).toHaveBeenCalledWith('session', NOW);
  });

  it('asks the database nothing about a token that is not valid', async () => {
    read.mockReturnValue(undefined);
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
});
