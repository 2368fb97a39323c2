import { Matches } from 'class-validator';

/** Control characters, line ends of any kind, and what turns the direction of the text around it. */
const SINGLE_LINE = /^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u;

/** The same for a text that comes another way than in a body. */
export const isSingleLine = (text: string): boolean => SINGLE_LINE.test(text);

/** A text that stays on its line and in its place, in a mail as in a list. */
export const IsSingleLine = () =>
  Matches(SINGLE_LINE, { message: '$property must be a single line without control characters' });
