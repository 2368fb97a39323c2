import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { findDatabase, interruption } from '../support/operator-database.js';
import { withClient } from '../support/with-client.js';
import { checkReplaceable, writePrivateFile } from './archive/private-file.js';
import { Progress } from '../progress.js';

interface ExportVerbOptions {
  passwords: boolean;
}

const NOTES = `
One JSON object a line: a header, then accounts (deleted ones too), posts (drafts and the trash too), former slugs,
revisions and subscriptions, in an order in which what is referred to comes first. All of it is of one moment, while
the server goes on. Sessions, mails, events and the audit trail are not in it.

The file is readable by you alone, since it has addresses and password hashes. It is written as FILE.partial and renamed
at the end. For standard output: npm run --silent admin -- export -`;

export const exportVerb = (): Command =>
  new Command('export')
    .description('write accounts, posts and what belongs to them to a file')
    .argument('<file>', 'where to, such as backup.ndjson; - is standard output')
    .option('--without-passwords', 'leave password hashes out; owners have to reset their passwords after an import')
    .addHelpText('after', NOTES)
    .action(async (file: string, options: { withoutPasswords?: true }) =>
      exportTo(file, { passwords: !options.withoutPasswords }),
    );

async function exportTo(file: string, { passwords }: ExportVerbOptions): Promise<void> {
  if (file !== '-') await checkReplaceable(file);
  // Only now, as it has to know all tables, which takes time to load.
  const { exportedLines } = await import('./archive/exporter.js');
  const signal = interruption();
  const progress = new Progress();
  const { settings, release } = await findDatabase({ demoData: false });
  try {
    await withClient(settings, async (client) => {
      // Each chunk is a page of lines: counted as bytes, so that what waits for a slow disk stays small.
      const lines = Readable.from(exportedLines(client, { passwords, signal, progress }), { objectMode: false });
      if (file === '-') await pipeline(lines, process.stdout, { end: false });
      else await writePrivateFile(file, lines);
    });
  } finally {
    progress.stop();
    await release();
  }
}
