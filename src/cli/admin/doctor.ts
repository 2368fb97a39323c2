import { Command } from 'commander';
import { readEnvironment } from '../../core/config/settings.js';
import type { Finding, Level } from './doctor/finding.js';

const NOTES = `
It reads the settings as the processes do (the environment, and .env), and looks at what they lead to, from this machine:
settings, PostgreSQL and its schema, Redis, the mail server, the DNS record of DKIM, the keys of other issuers, and
whether workers do what there is to do. It changes nothing, sends no mail, and shows no secret. Where neither NODE_ENV nor
DATABASE_URL is set it judges as for npm start, and otherwise as for the mode of NODE_ENV, which is production by default.

Exit code 0: no problem, though there may be warnings; 1: something does not work.`;

export const doctorVerb = (): Command =>
  new Command('doctor')
    .description('look for what is wrong with settings and dependencies')
    .option('--json', 'for programs: {status, findings: [{name, level, found, advice?}]}')
    .addHelpText('after', NOTES)
    .action(async ({ json }: { json?: true }) => {
      // Only now: the other verbs have no use for all that is looked at.
      const { examine } = await import('./doctor/examine.js');
      const findings = await examine(readEnvironment());
      process.stdout.write(json ? asJson(findings) : asText(findings));
      if (worstOf(findings) === 'problem') process.exitCode = 1;
      // A connection that nobody answers would be waited for.
      setTimeout(() => process.exit(), FAREWELL).unref();
    });

/** Milliseconds. */
const FAREWELL = 1_000;

const worstOf = (findings: Finding[]): Level =>
  (['problem', 'warning'] as const).find((level) => findings.some((finding) => finding.level === level)) ?? 'ok';

const asJson = (findings: Finding[]): string => `${JSON.stringify({ status: worstOf(findings), findings }, null, 2)}\n`;

function asText(findings: Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.map(({ name, level, found, advice }) => {
    const line = `${level.padEnd(8)} ${name.padEnd(width)}  ${found}`;
    return advice === undefined ? line : `${line}\n${' '.repeat(width + 11)}→ ${advice}`;
  });
  return `${lines.join('\n')}\n\n${summary(findings)}\n`;
}

function summary(findings: Finding[]): string {
  const count = (level: Level, word: string): string => {
    const total = findings.filter((finding) => finding.level === level).length;
    return `${total} ${word}${total === 1 ? '' : 's'}`;
  };
  return `${count('problem', 'problem')}, ${count('warning', 'warning')}.`;
}
