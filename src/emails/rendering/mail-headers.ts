import type { Sender } from '../../core/config/sender.js';
import type { RenderedEmail } from './email-renderer.js';

/** The same for every try, so that a mail that arrives twice is known as one. */
export const messageId = (emailId: string, sender: Sender): string => `<${emailId}@${sender.domain}>`;

/** What a mail has besides its addresses and its subject. */
export const otherHeaders = ({ unsubscribeUrl }: Pick<RenderedEmail, 'unsubscribeUrl'>): Record<string, string> => ({
  'Auto-Submitted': 'auto-generated',
  // One click in the mail program, which posts the form of RFC 8058 §3.1.
  ...(unsubscribeUrl && {
    'List-Unsubscribe': `<${unsubscribeUrl}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  }),
});

/** Bytes of an encoded word; in base64, with what is around them, they stay below its 75 characters (RFC 2047 §2). */
const WORD_BYTES = 42;

/**
 * A subject that looks like an encoded word, as it has to be written to be read as it is: nodemailer leaves ASCII alone,
 * and mail programs would show what somebody has hidden in it.
 * @returns undefined for any other subject
 */
export function encodedSubject(subject: string): string | undefined {
  if (!subject.includes('=?')) return undefined;
  const words: string[] = [];
  let word = '';
  for (const character of subject.replaceAll(/\p{Cc}+/gu, ' ')) {
    if (Buffer.byteLength(word + character) > WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((text) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`).join('\r\n ');
}
