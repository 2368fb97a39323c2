import { Command } from 'commander';
import type { CreateUserDto } from '../../users/dto/create-user.dto.js';
import { findDatabase, interruption } from '../support/operator-database.js';
import type { Made } from './administrators/make-administrator.js';
import { askPassword } from './administrators/ask-password.js';
import { readPassword } from './administrators/read-password.js';
import { OperatorError } from './explain-verb.js';

interface CreateOptions {
  email: string;
  password?: string;
  passwordStdin?: true;
  username?: string;
}

const NOTES = `
An account of this address that is there already is promoted, and active again if it was disabled; its password and
username stay as they are, and its owner is told by mail. A new account has the password that is given, or that is
asked for on a terminal; without one an invitation is mailed, whose link leads to choosing it.

Arguments are visible to everybody on this machine (ps) and stay in the history of the shell. Better:
  npm run --silent admin -- create --email ada@example.com --password-stdin < password-file`;

export const createVerb = (): Command =>
  new Command('create')
    .description('make an administrator, or promote the account of that address')
    .requiredOption('--email <address>', 'address of the account')
    .option('--password <text>', 'password of a new account; others on this machine can see it')
    .option('--password-stdin', 'read the password from standard input')
    .option('--username <name>', 'username of a new account; made from the address where it is left out')
    .addHelpText('after', NOTES)
    .action(async (options: CreateOptions) => create(await inputOf(options), options));

async function create({ email, username, password }: CreateUserDto, { passwordStdin }: CreateOptions): Promise<void> {
  const signal = interruption();
  // Only now: the other verbs have no use for the services of accounts, which take time and memory to load.
  const { makeAdministrator } = await import('./administrators/make-administrator.js');
  const { settings, release } = await findDatabase({ demoData: true });
  try {
    const made = await makeAdministrator(settings, { email, username, role: 'admin' }, async () => {
      signal.throwIfAborted();
      if (password !== undefined || passwordStdin || !process.stdin.isTTY) return password;
      return (await checked({ email, password: await askPassword() })).password;
    });
    process.stdout.write(`${email} ${OUTCOMES[made]}\n`);
    const isNew = made === 'created' || made === 'invited';
    if (!isNew && (password ?? username) !== undefined)
      process.stdout.write('Its password and username are those that it had.\n');
  } finally {
    await release();
  }
}

/** Read and held against what the API asks of an account, before any database is looked for. */
async function inputOf({ email, username, password, passwordStdin }: CreateOptions): Promise<CreateUserDto> {
  if (passwordStdin && password !== undefined) throw new OperatorError('Give --password or --password-stdin, not both');
  return checked({ email, username, password: passwordStdin ? await readPassword(process.stdin) : password });
}

async function checked(fields: Partial<CreateUserDto>): Promise<CreateUserDto> {
  // Only here: the other verbs have no use for what checks bodies, which takes time to load.
  const [{ createValidationPipe }, { CreateUserDto: metatype }] = await Promise.all([
    import('../../core/errors/validation.pipe.js'),
    import('../../users/dto/create-user.dto.js'),
  ]);
  return (await createValidationPipe().transform(fields, { type: 'body', metatype })) as CreateUserDto;
}

const OUTCOMES: Record<Made, string> = {
  created: 'is a new administrator; the worker will send the welcome mail.',
  invited: 'is a new administrator; the worker will mail an invitation to choose a password.',
  promoted: 'is an administrator now.',
  reactivated: 'is an administrator, and active again.',
  unchanged: 'is an administrator already; nothing was changed.',
};
