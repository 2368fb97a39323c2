import { BearerStrategy, type Verified } from './bearer.strategy.js';

const ADA = { id: 'ada' };

/** What a strategy tells passport about a header. */
function authenticate(authorization: string | undefined, verify?: (token: string, verified: Verified) => void) {
  const tokens: string[] = [];
  const strategy = new BearerStrategy((token, verified) => {
    tokens.push(token);
    if (verify) verify(token, verified);
    else verified(null, ADA);
  });
  const outcome = { success: jest.fn(), fail: jest.fn(), error: jest.fn() };
  Object.assign(strategy, outcome);
  strategy.authenticate({ headers: { authorization } });
  return { ...outcome, tokens };
}

describe('BearerStrategy', () => {
  it.each([
    { header: 'Bearer abc', token: 'abc' },
    { header: 'bearer abc', token: 'abc' },
    { header: 'BEARER   abc', token: 'abc' },
    { header: 'Bearer a.b-c_d~e+f/g==', token: 'a.b-c_d~e+f/g==' },
  ])('takes the token of "$header"', ({ header, token }) => {
    const { tokens, success, fail, error } = authenticate(header);
    expect(tokens).toEqual([token]);
    expect(success).toHaveBeenCalledWith(ADA);
    expect(fail).not.toHaveBeenCalled();
    expect(error).not.toHaveBeenCalled();
  });

  it.each([
    { header: undefined, reason: 'UNAUTHENTICATED' },
    { header: '', reason: 'UNAUTHENTICATED' },
    { header: 'Bearer', reason: 'INVALID_TOKEN' },
    { header: 'Bearer ', reason: 'INVALID_TOKEN' },
    { header: 'abc', reason: 'INVALID_TOKEN' },
    { header: 'Basic YTpi', reason: 'INVALID_TOKEN' },
    { header: 'XBearer abc', reason: 'INVALID_TOKEN' },
    { header: 'Bearer abc def', reason: 'INVALID_TOKEN' },
    { header: 'Bearer abc, Bearer def', reason: 'INVALID_TOKEN' },
    { header: 'Bearer =abc', reason: 'INVALID_TOKEN' },
    { header: 'Bearer abc\n', reason: 'INVALID_TOKEN' },
    { header: 'Bearer "abc"', reason: 'INVALID_TOKEN' },
  ])('asks nobody about "$header", and fails with $reason', ({ header, reason }) => {
    const { tokens, success, fail } = authenticate(header);
    expect(tokens).toEqual([]);
    expect(success).not.toHaveBeenCalled();
    expect(fail).toHaveBeenCalledWith(reason, 401);
  });

  it.each([{ account: undefined }, { account: false }] as const)('fails when it is told $account', ({ account }) => {
    const { success, fail } = authenticate('Bearer abc', (_token, verified) => verified(null, account));
    expect(fail).toHaveBeenCalledWith('INVALID_TOKEN', 401);
    expect(success).not.toHaveBeenCalled();
  });

  it('passes an error on, whatever account comes with it', () => {
    const failure = new Error('the database is gone');
    const { success, fail, error } = authenticate('Bearer abc', (_token, verified) => verified(failure, ADA));
    expect(error).toHaveBeenCalledWith(failure);
    expect(success).not.toHaveBeenCalled();
    expect(fail).not.toHaveBeenCalled();
  });
});
