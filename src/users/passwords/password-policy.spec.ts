import type { AppError } from '../../common/errors/app-error.js';
import { checkPassword } from './password-policy.js';

const OWN_WORDS = ['Ada.Lovelace@example.com', 'ada.lovelace', 'Ada Lovelace', null, undefined, ''];

/** What is wrong with a password, if anything. */
function problemOf(...judged: Parameters<typeof checkPassword>): AppError | undefined {
  try {
    checkPassword(...judged);
    return undefined;
  } catch (error) {
    return error as AppError;
  }
}

const codeOf = (password: string, policy: 'default' | 'composition' = 'default'): string | undefined =>
  problemOf(password, OWN_WORDS, policy)?.errors?.[0]?.code;

describe('checkPassword', () => {
  it.each([
    'correct horse',
    'tr0ub4dor',
    'ключ от сердца',
    '🗝️🗝️🗝️🗝️',
    '        ',
    'x'.repeat(256),
    'ada.lovelace1',
    'my name is Ada Lovelace',
    'ada lovelace@example.com',
  ])('accepts "%s"', (password) => {
    expect(codeOf(password)).toBeUndefined();
  });

  it.each([
    { password: '', code: 'TOO_SHORT' },
    { password: '1234567', code: 'TOO_SHORT' },
    { password: '🗝🗝🗝🗝', code: 'TOO_SHORT' },
    { password: 'ada.lovelace', code: 'OWN_WORD' },
    { password: 'ADA.LOVELACE', code: 'OWN_WORD' },
    { password: 'ada lovelace', code: 'OWN_WORD' },
    { password: 'ada.lovelace@EXAMPLE.com', code: 'OWN_WORD' },
    { password: 'ａｄａ．ｌｏｖｅｌａｃｅ', code: 'OWN_WORD' },
  ])('refuses "$password" as $code', ({ password, code }) => {
    expect(codeOf(password)).toBe(code);
  });

  it.each([
    'password',
    'password1',
    'password123',
    '12345678',
    '1234567890',
    'qwertyuiop',
    'iloveyou',
    'trustno1',
    'superman',
    '11111111',
  ])('refuses "%s", which is tried first', (password) => {
    expect(codeOf(password)).toBe('TOO_COMMON');
  });

  it.each(['Password1', 'iLoveYou'])('accepts "%s": the list is compared in its exact case', (password) => {
    expect(codeOf(password)).toBeUndefined();
  });

  it.each(['password of mine', 'iloveyou, Ada', '12345678 horses'])(
    'accepts "%s", of which that is a part',
    (password) => {
      expect(codeOf(password)).toBeUndefined();
    },
  );

  it('calls a common password that is too short too short, which is the easier thing to mend', () => {
    expect(codeOf('123456')).toBe('TOO_SHORT');
  });

  it('refuses a common password under the policy of composition too', () => {
    expect(codeOf('password1', 'composition')).toBe('TOO_COMMON');
  });

  it.each([
    { password: 'correct horse', code: 'COMPOSITION' },
    { password: 'Correct Horse', code: 'COMPOSITION' },
    { password: 'correct horse 7', code: 'COMPOSITION' },
    { password: 'Correct horse 7', code: undefined },
    { password: 'Élan vital ٣', code: undefined },
    { password: 'Ab1', code: 'TOO_SHORT' },
  ])('judges "$password" under the policy of composition: $code', ({ password, code }) => {
    expect(codeOf(password, 'composition')).toBe(code);
  });

  it.each(['hunter2', 'trustno1', 'Ada Lovelace'])('names the field, and never the password %s', (password) => {
    const problem = problemOf(password, OWN_WORDS, 'default', 'newPassword');
    expect(problem).toMatchObject({ code: 'VALIDATION_FAILED', status: 422, errors: [{ field: 'newPassword' }] });
    expect(JSON.stringify([problem?.message, problem?.errors])).not.toContain(password);
  });
});
