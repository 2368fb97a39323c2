import { passwordProblem } from './password-policy.js';

const OWN_WORDS = ['Ada.Lovelace@example.com', 'ada.lovelace', 'Ada Lovelace', null, undefined, ''];

/** The code of what is wrong with a password, if anything. */
const codeOf = (password: string, policy: 'default' | 'composition' = 'default'): string | undefined =>
  passwordProblem(password, OWN_WORDS, policy)?.errors?.[0]?.code;

describe('passwordProblem', () => {
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
    { password: 'correct horse', code: 'COMPOSITION' },
    { password: 'Correct Horse', code: 'COMPOSITION' },
    { password: 'correct horse 7', code: 'COMPOSITION' },
    { password: 'Correct horse 7', code: undefined },
    { password: 'Élan vital ٣', code: undefined },
    { password: 'Ab1', code: 'TOO_SHORT' },
  ])('judges "$password" under the policy of composition: $code', ({ password, code }) => {
    expect(codeOf(password, 'composition')).toBe(code);
  });

  it('names the field, and never the password', () => {
    const problem = passwordProblem('hunter2', [], 'default', 'newPassword');
    expect(problem).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field: 'newPassword' }] });
    expect(JSON.stringify([problem?.message, problem?.errors])).not.toContain('hunter2');
  });
});
