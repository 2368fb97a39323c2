import type { EmailKind } from '../email.entity.js';
import type { Letter } from './layout.js';

/** What a letter may say of its recipient and its links. */
export interface LetterFacts {
  name: string;
  verifyUrl: string;
}

/** The texts of all mails, one function a kind. */
export const LETTERS: Record<EmailKind, (facts: LetterFacts) => Letter> = {
  welcome: ({ name, verifyUrl }) => ({
    subject: 'Welcome to Broadsheet: please confirm your address',
    greeting: `Hello ${name},`,
    paragraphs: [
      'your account is ready, and you can write your first post at once.',
      'Please confirm that this address is yours. The link works once, for 24 hours.',
    ],
    action: { label: 'Confirm my address', url: verifyUrl },
    reason: 'You get this mail because somebody signed up with your address. If it was not you, do nothing.',
  }),
};
