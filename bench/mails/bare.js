import { createTransport } from 'nodemailer';
import { htmlLetter, textLetter } from '../../dist/src/emails/rendering/layout.js';
import { LETTERS } from '../../dist/src/emails/rendering/letters.js';

/**
 * The least that sends so many mails: a pooled transport in a loop, as many at a time as the product's worker has. The
 * mail is the one that the product sends, written once.
 */

const { SMTP_URL, MAILS, CONCURRENCY } = process.env;
const NAME = 'Ada Lovelace';
const URL_WITH_TOKEN = `http://127.0.0.1:3000/verify?token=${'t'.repeat(80)}`;

const written = LETTERS.welcome.write({ name: NAME, url: URL_WITH_TOKEN });
const letter = { ...written, greeting: `Hello ${NAME},` };
const content = { subject: letter.subject, text: textLetter(letter), html: htmlLetter(letter).text };

const transport = createTransport({ url: SMTP_URL, pool: true, maxConnections: 5, maxMessages: 100 });
let next = 0;

async function sendInTurn() {
  while (next < Number(MAILS)) {
    next += 1;
    await transport.sendMail({
      from: 'Bench <bench@example.com>',
      to: { name: '', address: `seed-user-${next}@example.com` },
      ...content,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  }
}

process.on('disconnect', () => process.exit());
await Promise.all(Array.from({ length: Number(CONCURRENCY) }, sendInTurn));
transport.close();
process.send('done');
