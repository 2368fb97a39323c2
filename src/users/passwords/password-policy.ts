import { invalidField, type AppError } from '../../common/errors/app-error.js';
import type { Settings } from '../../core/config/settings.js';
import { identityKey } from '../identity.js';

export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 256;

/**
 * Judges a new password: long enough, not one's own address or name, and with PASSWORD_POLICY=composition of several
 * kinds of characters.
 * @param ownWords address, username and name of the account; only equality counts, as parts of words are no weakness
 */
export function passwordProblem(
  password: string,
  ownWords: (string | null | undefined)[],
  policy: Settings['PASSWORD_POLICY'],
  field = 'password',
): AppError | undefined {
  if ([...password].length < MIN_PASSWORD_LENGTH)
    return invalidField(field, 'TOO_SHORT', `${field} must have at least ${MIN_PASSWORD_LENGTH} characters`);
  const key = identityKey(password);
  if (ownWords.some((word) => word && identityKey(word) === key))
    return invalidField(field, 'OWN_WORD', `${field} must not be your own address or name`);
  if (policy === 'composition' && !(/\p{Lu}/u.test(password) && /\p{Nd}/u.test(password)))
    return invalidField(field, 'COMPOSITION', `${field} must have an upper-case letter and a digit`);
  return undefined;
}
