import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Progress } from '../dist/src/cli/progress.js';
import { EmbeddedPostgresError } from '../dist/src/local/postgres/embedded-postgres-error.js';
import { Cleanup } from './cleanup.js';
import { UsageError } from './options.js';
import { DifferentAnswersError } from './same-answers.js';

const EXIT = { failure: 1, usage: 2, interrupted: 130 };

class Interrupted extends Error {}

/** How far the program is. */
export const progress = new Progress();

/** @param {string} line */
export const say = (line) => progress.say(line);

/**
 * Does what the command line asks for, cleans up whatever happens, and ends the process.
 * @template Options
 * @param {object} program
 * @param {string} program.command for the hint at its help
 * @param {string} program.help
 * @param {(args: string[]) => Options | undefined} program.readOptions
 * @param {(options: Options, place: { cleanup: Cleanup, directory: string }) => Promise<boolean>} program.act resolves
 *   with whether everything was as it should be
 */
export async function runProgram(program) {
  process.exit(await run(program).catch((error) => explain(error, program.command)));
}

async function run({ help, readOptions, act }) {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    console.log(help);
    return 0;
  }
  const cleanup = new Cleanup();
  const acting = async () => act(options, { cleanup, directory: await makeDirectory(cleanup) });
  try {
    const isOk = await Promise.race([acting(), interruption()]);
    return isOk ? 0 : EXIT.failure;
  } finally {
    progress.stop();
    await cleanup.run();
  }
}

/**
 * Open to the user that PostgreSQL runs as where this one is root.
 * @param {Cleanup} cleanup
 */
async function makeDirectory(cleanup) {
  const directory = await mkdtemp(join(tmpdir(), 'broadsheet-bench-'));
  cleanup.defer(() => rm(directory, { recursive: true, force: true }));
  await chmod(directory, 0o755);
  return directory;
}

/** Never settles unless a signal comes. */
const interruption = () =>
  new Promise((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => reject(new Interrupted(signal)));
  });

/**
 * @param {unknown} error
 * @param {string} command
 */
function explain(error, command) {
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof UsageError) {
    say(`${error.message}; see ${command} -- --help`);
    return EXIT.usage;
  }
  const isExpected = error instanceof DifferentAnswersError || error instanceof EmbeddedPostgresError;
  say(isExpected ? error.message : (error.stack ?? String(error)));
  return EXIT.failure;
}
