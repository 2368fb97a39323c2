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
