import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { Command } from 'commander';
import { findDatabase, interruption } from '../support/operator-database.js';
import { withClient } from '../support/with-client.js';
import { completeSearchIndex } from '../search-index.js';
import type { ImportSummary } from './archive/importer.js';
import { Progress } from '../progress.js';

/** Some lines were refused; the others were taken. */
const REFUSED = 2;

const NOTES = `
Nothing that is there is changed: a row that is there already, by its id, stays as it is. So an import can be run twice,
and one that was interrupted is simply run again. No mail and no event comes of it; scheduled posts that it brings
appear at their time, as scheduled ones do.

What cannot be taken is told with the number of its line and the reason, and left out, with what refers to it: an
address, username or slug that something else has, an author that is not known, a line that is malformed, of an
unknown type or longer than 10 MB. So import into an empty database, and make administrators afterwards.

Exit code 2 says that lines were refused.`;

export const importVerb = (): Command =>
  new Command('import')
    .description('add what a file of export has')
    .argument('<file>', 'what export has written; - is standard input')
    .addHelpText('after', NOTES)
    .action(async (file: string) => {
      const { added, present, refused } = await importFrom(file);
      const counts = [`${number(added)} added`, `${number(present)} there already`, `${number(refused)} refused`];
      process.stdout.write(`${counts.join(', ')}.\n`);
      if (refused > 0) process.exitCode = REFUSED;
    });

async function importFrom(file: string): Promise<ImportSummary> {
  const signal = interruption();
  const progress = new Progress();
  // Before any database is looked for, so that a wrong name is told at once.
  const size = file === '-' ? 0 : (await stat(file)).size;
  // Only now, as it has to know all tables, which takes time to load.
  const { Importer } = await import('./archive/importer.js');
  const { settings, release } = await findDatabase({ demoData: false });
  try {
    const onRefusal = (line: number, reason: string) => progress.say(`line ${line}: ${reason}`);
    if (size > 0) progress.begin(file, size);
    const stream = addAbortSignal(signal, file === '-' ? process.stdin : createReadStream(file));
    return await withClient(settings, async (client) => {
      const summary = await new Importer(client, { onRefusal, signal }).run(progress.countingBytes(stream));
      await completeSearchIndex(client, settings.SEARCH_LANGUAGE);
      return summary;
    });
  } finally {
    progress.stop();
    await release();
  }
}

const number = (value: number): string => value.toLocaleString('en');
