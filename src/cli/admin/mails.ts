import { Command } from 'commander';
import { isUuid } from '../../common/ids/uuid.js';
import { findDatabase } from '../support/operator-database.js';
import { OperatorError } from './explain-verb.js';

const NOTES = `
A mail fails when the mail server refuses it for good, or after all its attempts. Once what was wrong is put right, this
makes it due again, as it can be done in the API (POST /api/v1/admin/emails/retry); a worker sends it.`;

export const mailsVerb = (): Command =>
  new Command('mails').description('what became of the mails').addCommand(
    new Command('retry')
      .description('send all failed mails again, or one')
      .argument('[id]', 'of a mail that failed, was cancelled or waits')
      .addHelpText('after', NOTES)
      .action(async (id?: string) => retry(id)),
  );

async function retry(id: string | undefined): Promise<void> {
  if (id !== undefined && !isUuid(id)) throw new OperatorError(`${id} is not the id of a mail`);
  // Only now: the other verbs have no use for it.
  const { retryMails } = await import('./mails/retry-mails.js');
  const { settings, release } = await findDatabase({ demoData: false });
  try {
    const retried = await retryMails(settings, id);
    process.stdout.write(`${retried} ${retried === 1 ? 'mail is' : 'mails are'} due again.\n`);
  } finally {
    await release();
  }
}
