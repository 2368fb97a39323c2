import type { AppError } from '../../common/errors/app-error.js';
import type { ErrorAnswer } from '../../core/http/route-config.js';
import { signInPage } from './sign-in.page.js';

/** What a refused sign-in tells people: the form again, and why. */
export const signInAnswer = ({ code, status, message }: AppError): ErrorAnswer => ({
  status,
  type: 'text/html; charset=utf-8',
  body: signInPage(code === 'VALIDATION_FAILED' ? 'A username and a password are needed.' : `${message}.`),
});
