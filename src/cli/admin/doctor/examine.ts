import { inTime } from '../../../common/timing/in-time.js';
import { examineSettings, type Settings } from '../../../core/config/settings.js';
import { dataDirectory, localEnvironment } from '../../../local/local-settings.js';
import { checkDatabase } from './check-database.js';
import { checkIssuers } from './check-issuers.js';
import { checkDkim, checkMailServer } from './check-mail.js';
import { checkDataDirectory, checkNode } from './check-machine.js';
import { checkRedis } from './check-redis.js';
import { checkSettings } from './check-settings.js';
import { ok, problem, type Finding } from './finding.js';

/** Milliseconds for each look, whatever it waits for; longer than any of its steps is meant to take. */
const LIMIT = 10_000;

/** Takes the place of what npm start makes by itself. */
const PLACEHOLDERS = { DATABASE_URL: 'postgres://embedded/broadsheet', SECRET_KEY: '-'.repeat(32) };

/** Looks at everything at once; what is wrong is a finding, and never an error. */
export async function examine(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const isLocal = !NAMES_OF_A_DEPLOYMENT.some((name) => environment[name]);
  const complete = isLocal ? { ...PLACEHOLDERS, ...localEnvironment(environment) } : environment;
  // A dependency whose setting is wrong is not looked at: what is wrong with the setting is told.
  const { settings } = examineSettings(complete);
  const { DATABASE_URL, REDIS_URL, SMTP_URL } = settings;
  const looks = [
    () => [checkNode(), ...checkSettings(complete, environment)],
    () =>
      isLocal ? checkEmbedded(settings, environment) : DATABASE_URL ? checkDatabase({ ...settings, DATABASE_URL }) : [],
    () => (REDIS_URL ? checkRedis(REDIS_URL) : []),
    async () => (SMTP_URL ? [await checkMailServer(SMTP_URL)] : []),
    () => checkDkim(settings),
    () => checkIssuers(settings),
  ];
  const findings = await Promise.all(looks.map(bounded));
  return findings.flat();
}

/** Without any of them it is npm start that is meant. */
const NAMES_OF_A_DEPLOYMENT = ['NODE_ENV', 'DATABASE_URL', 'DATABASE_URL_FILE'];

async function bounded(look: () => Finding[] | Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await inTime(Promise.resolve().then(look), LIMIT);
  } catch (error) {
    return [problem('doctor', error instanceof Error ? error.message : String(error))];
  }
}

/** The database of npm start: it is looked at where it runs, and not started for that. */
async function checkEmbedded(settings: Partial<Settings>, environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const directory = dataDirectory(environment);
  const { findRunningServer } = await import('../../../local/postgres/attached-postgres.js');
  const url = await findRunningServer(directory);
  const found = checkDataDirectory(directory);
  if (url === undefined)
    return [found, ok('PostgreSQL', 'the embedded one, which is not running; npm start starts it')];
  return [found, ...(await checkDatabase({ ...settings, DATABASE_URL: url }))];
}
