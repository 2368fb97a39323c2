import { applyDecorators } from '@nestjs/common';
import { IsEmail, isEmail, IsString, Matches } from 'class-validator';
import { MaxCharacters } from '../../common/validation/characters.decorator.js';
import { Trim } from '../../common/validation/trim.decorator.js';

const MAX_LENGTH = 254;

/**
 * What every mail server takes; a name in another script has its ASCII form (RFC 5891). Without what some of them read as
 * the way to a mailbox elsewhere, `%` (RFC 1123 §5.2.16) and `!` (RFC 976), and without encoded words (RFC 2047 §5), which
 * some decode although no address may have one.
 */
const PLAIN_ADDRESS = /^(?!.*=\?)[\x23\x24\x26-\x7e]+$/;

export const EMAIL_SCHEMA = { format: 'email', maxLength: MAX_LENGTH, example: 'ada@example.com' };

/** The same for an address that comes another way than in a body. */
export const isEmailAddress = (text: string): boolean =>
  text.length <= MAX_LENGTH && PLAIN_ADDRESS.test(text) && isEmail(text);

/** One e-mail address and nothing else: no list, no display name, no quoting. */
export const IsEmailAddress = () =>
  applyDecorators(
    Trim(),
    IsString(),
    MaxCharacters(MAX_LENGTH),
    IsEmail({}, { message: '$property must be one e-mail address' }),
    Matches(PLAIN_ADDRESS, { message: '$property must be one e-mail address, in ASCII and without quotes or routes' }),
  );
