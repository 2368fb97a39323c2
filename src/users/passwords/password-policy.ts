import { dictionary } from '@zxcvbn-ts/language-common';
import { invalidField } from '../../common/errors/app-error.js';
import type { Settings } from '../../core/config/settings.js';
import { identityKey } from '../identity.js';

export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 256;

/** Some 18,000 of the most common passwords that are long enough to be chosen here at all. */
const COMMON_PASSWORDS = new Set(
  dictionary['passwords-common'].map(String).filter((password) => password.length >= MIN_PASSWORD_LENGTH),
);

/**
 * Judges a new password: long enough, not among the most common ones, not one's own address or name, and with
 * PASSWORD_POLICY=composition of several kinds of characters.
 * @param ownWords address, username and name of the account; only equality counts, as parts of words are no weakness
 * @throws AppError 422 that names the field
 */
export function checkPassword(
  password: string,
  ownWords: (string | null | undefined)[],
  policy: Settings['PASSWORD_POLICY'],
  field = 'password',
): void {
  if ([...password].length < MIN_PASSWORD_LENGTH)
    throw invalidField(field, 'TOO_SHORT', `${field} must have at least ${MIN_PASSWORD_LENGTH} characters`);
  if (COMMON_PASSWORDS.has(password))
    throw invalidField(field, 'TOO_COMMON', `${field} is among the most common ones, which are tried first`);
  const key = identityKey(password);
  if (ownWords.some((word) => word && identityKey(word) === key))
    throw invalidField(field, 'OWN_WORD', `${field} must not be your own address or name`);
  if (policy === 'composition' && !(/\p{Lu}/u.test(password) && /\p{Nd}/u.test(password)))
    throw invalidField(field, 'COMPOSITION', `${field} must have an upper-case letter and a digit`);
}
