import type { LinkPurpose } from '../../auth/tokens/link-tokens.js';
import type { EmailKind } from '../email.entity.js';
import type { Letter } from './layout.js';
import type { PostNews } from './post-news.js';

/** What a letter may say of its recipient. */
interface LetterFacts {
  name: string;
  /** The address that is to take the place of the present one. */
  pendingEmail: string | null;
  role: string;
  /** The program, and where and when it was used. */
  device: string;
  /** What is new, for mails about posts. */
  news?: PostNews;
  /** The link of the letter; empty for kinds without one. */
  url: string;
}

interface LetterTemplate {
  /** What the link of the letter is for. */
  link?: LinkPurpose;
  write: (facts: LetterFacts) => Omit<Letter, 'greeting'>;
}

const NOT_YOU = 'If it was not you, set a new password at once; that ends every session.';
const SECURITY = 'You get this mail because it concerns the security of your account.';

/** The texts of all mails, one a kind. */
export const LETTERS: Record<EmailKind, LetterTemplate> = {
  welcome: {
    link: 'verify',
    write: ({ url }) => ({
      subject: 'Welcome to Broadsheet: please confirm your address',
      paragraphs: [
        'your account is ready, and you can write your first post at once.',
        'Please confirm that this address is yours. The link works once, for 24 hours.',
      ],
      action: { label: 'Confirm my address', url },
      reason: 'You get this mail because somebody signed up with your address. If it was not you, do nothing.',
    }),
  },
  verify: {
    link: 'verify',
    write: ({ url }) => ({
      subject: 'Please confirm your address',
      paragraphs: ['please confirm that this address is yours. The link works once, for 24 hours.'],
      action: { label: 'Confirm my address', url },
      reason: 'You get this mail because somebody asked for it with your address. If it was not you, do nothing.',
    }),
  },
  invitation: {
    link: 'invite',
    write: ({ url }) => ({
      subject: 'You are invited to Broadsheet',
      paragraphs: [
        'an administrator has made an account for you.',
        'Choose a password, and it is yours. The link works once, for seven days.',
      ],
      action: { label: 'Choose a password', url },
      reason: 'You get this mail because an administrator named your address. If you do not want it, do nothing.',
    }),
  },
  'password-reset': {
    link: 'reset',
    write: ({ url }) => ({
      subject: 'Set a new password',
      paragraphs: ['somebody asked to set a new password for your account. The link works once, for an hour.'],
      action: { label: 'Set a new password', url },
      reason: 'If it was not you, do nothing: your password stays as it is.',
    }),
  },
  'password-changed': {
    write: () => ({
      subject: 'Your password was changed',
      paragraphs: ['the password of your account was changed.', NOT_YOU],
      reason: SECURITY,
    }),
  },
  'email-change': {
    link: 'change-email',
    write: ({ url }) => ({
      subject: 'Please confirm your new address',
      paragraphs: ['please confirm that this is to be the address of your account. The link works once, for 24 hours.'],
      action: { label: 'Confirm my new address', url },
      reason: 'You get this mail because somebody named your address. If it was not you, do nothing.',
    }),
  },
  'email-change-notice': {
    write: ({ pendingEmail }) => ({
      subject: 'Your address is about to change',
      paragraphs: [
        `somebody asked to change the address of your account to ${pendingEmail ?? 'another one'}.`,
        NOT_YOU,
      ],
      reason: SECURITY,
    }),
  },
  'email-changed': {
    write: () => ({
      subject: 'Your address was changed',
      paragraphs: [
        'your account has another address now, and mails go there.',
        'If it was not you, tell an administrator.',
      ],
      reason: SECURITY,
    }),
  },
  'role-changed': {
    write: ({ role }) => ({
      subject: 'Your role was changed',
      paragraphs: [`an administrator has changed the role of your account. It is ${role} now.`],
      reason: SECURITY,
    }),
  },
  'new-sign-in': {
    write: ({ device }) => ({
      subject: 'A sign-in from a new device',
      paragraphs: [`somebody signed in to your account from a device that was not used before: ${device}.`, NOT_YOU],
      reason: SECURITY,
    }),
  },
  'refresh-reused': {
    write: ({ device }) => ({
      subject: 'One of your sessions was ended',
      paragraphs: [
        `a key of a session was used twice, as if somebody had copied it. The session was ended: ${device}.`,
        'Sign in again. If that keeps happening, set a new password.',
      ],
      reason: SECURITY,
    }),
  },
  'account-locked': {
    write: () => ({
      subject: 'Wrong passwords for your account',
      paragraphs: [
        'somebody has tried many wrong passwords for your account, so signing in has to wait for a while.',
        'Your sessions go on, and setting a new password ends the wait.',
      ],
      reason: SECURITY,
    }),
  },
  'account-deleted': {
    write: () => ({
      subject: 'Your account was deleted',
      paragraphs: [
        'your account and its posts were deleted. They are removed for good after 30 days.',
        'If that was a mistake, an administrator can still restore them.',
      ],
      reason: SECURITY,
    }),
  },
  'new-post': {
    write: ({ news }) => ({
      subject: `${news?.author}: ${news?.title}`,
      paragraphs: [`there is a new post by ${news?.author}: “${news?.title}”.`, news?.excerpt ?? ''],
      action: { label: 'Read it', url: news?.url ?? '' },
      reason: `You get this mail because you follow ${news?.author}.`,
    }),
  },
};
