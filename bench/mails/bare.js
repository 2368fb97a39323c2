import { createTransport } from 'nodemailer';

/** The least that sends so many mails: a pooled transport in a loop, as many at a time as the product's worker has. */

const { SMTP_URL, MAILS, CONCURRENCY, BODY } = process.env;

const transport = createTransport({ url: SMTP_URL, pool: true, maxConnections: 5, maxMessages: 100 });
let next = 0;

async function sendInTurn() {
  while (next < Number(MAILS)) {
    next += 1;
    await transport.sendMail({
      from: 'Bench <bench@example.com>',
      to: { name: '', address: `seed-user-${next}@example.com` },
      subject: 'Welcome to Broadsheet: please confirm your address',
      text: BODY,
      html: `<p>${BODY}</p>`,
    });
  }
}

process.on('disconnect', () => process.exit());
await Promise.all(Array.from({ length: Number(CONCURRENCY) }, sendInTurn));
transport.close();
process.send('done');
