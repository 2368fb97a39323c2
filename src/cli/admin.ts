import { Command } from 'commander';
import { backupVerb } from './admin/backup.js';
import { createVerb } from './admin/create.js';
import { exportVerb } from './admin/export.js';
import { doctorVerb } from './admin/doctor.js';
import { explainVerb } from './admin/explain-verb.js';
import { importVerb } from './admin/import.js';
import { mailsVerb } from './admin/mails.js';
import { restoreVerb } from './admin/restore.js';

/** `npm run admin`: what operators do to the database of DATABASE_URL, or to the embedded one of `npm start`. */
const program = new Command('npm run admin --')
  .description('Commands for whoever runs the server. Each has its own --help.')
  .showHelpAfterError('(--help says what there is)')
  .addHelpText(
    'after',
    `
Examples:
  npm run admin -- doctor                          what is wrong, if anything is
  npm run admin -- create --email ada@example.com  asks for the password, or mails an invitation
  npm run admin -- mails retry                     sends what had failed again
  npm run admin -- backup broadsheet.backup        and: restore broadsheet.backup --replace
  npm run admin -- export broadsheet.jsonl         and, elsewhere: import broadsheet.jsonl

The database is that of DATABASE_URL, or else the embedded one of npm start, which may be running.
Exit codes: 0 done, 1 wrong input or failure, or doctor found a problem, 2 an import refused some lines, 78 wrong settings, 130 interrupted.`,
  );
for (const verb of [doctorVerb(), createVerb(), mailsVerb(), exportVerb(), importVerb(), backupVerb(), restoreVerb()])
  program.addCommand(verb.copyInheritedSettings(program));

try {
  await program.parseAsync();
} catch (error) {
  const { message, exitCode } = explainVerb(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}
