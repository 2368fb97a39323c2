import { existsSync, readFileSync } from 'node:fs';
import { settingsSchema, type ParsedSettings } from './settings.schema.js';

const MINIMUM_SECRET_BYTES = 32;
const MINIMUM_PRODUCTION_BCRYPT_COST = 10;
const PLACEHOLDER = /replace-?me|change-?(?:me|this|it)|placeholder|your-?secret|^secret|password|example|(.)\1{15}/i;

/** Settings whose absence either stops the start or is filled in below. */
type RequiredAtRunTime = 'PUBLIC_URL' | 'DATABASE_URL' | 'SECRET_KEY' | 'FORCE_HTTPS' | 'LOG_FORMAT';

type CompleteSettings = Omit<ParsedSettings, RequiredAtRunTime> & Required<Pick<ParsedSettings, RequiredAtRunTime>>;

/** All settings, read once at the start. A class without code, so that it is also the token they are injected under. */
export abstract class Settings extends (class {} as new () => CompleteSettings) {}

/** The start is refused: one line per problem, all at once. */
export class SettingsError extends Error {
  constructor(readonly problems: string[]) {
    super(`The settings are not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/**
 * Reads and checks every setting. An empty value counts as left out; `NAME_FILE` names a file that holds the value.
 * @throws SettingsError that lists every problem
 */
export function loadSettings(environment: NodeJS.ProcessEnv = readEnvironment()): Settings {
  const { settings, problems } = examineSettings(environment);
  if (problems.length > 0) throw new SettingsError(problems);
  return settings as Settings;
}

/** The same for whoever explains what is wrong: a setting that cannot be used is undefined, and each problem begins with its name. */
export function examineSettings(environment: NodeJS.ProcessEnv): {
  settings: Partial<Settings>;
  problems: string[];
} {
  const { values, problems } = readValues(environment);
  const wrong = new Set(problems.map(nameOf));
  const settings: Record<string, unknown> = {};
  // One by one, so that a wrong setting does not hide what is wrong with another.
  for (const [name, schema] of Object.entries(settingsSchema.shape)) {
    const parsed = schema.safeParse(values[name]);
    settings[name] = parsed.data;
    if (parsed.success) continue;
    wrong.add(name);
    problems.push(`${name}: ${parsed.error.issues[0]?.message ?? 'is not valid'}`);
  }
  const complete = settings as ParsedSettings;
  const others = [
    ...missing(complete),
    ...dkimProblems(complete),
    ...secretProblems(complete),
    ...productionProblems(complete),
  ];
  problems.push(...others.filter((problem) => !wrong.has(nameOf(problem))));
  return { settings: withDefaults(complete), problems };
}

const nameOf = (problem: string): string => problem.slice(0, problem.indexOf(':')).replace(/_FILE$/, '');

/** The environment, with what a file `.env` adds to it; what is set already wins. */
export function readEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

/** Whether what production refuses is refused. */
export const isHardened = (settings: Pick<ParsedSettings, 'NODE_ENV'>): boolean =>
  settings.NODE_ENV !== 'development' && settings.NODE_ENV !== 'test';

function readValues(environment: NodeJS.ProcessEnv): { values: Record<string, string>; problems: string[] } {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of Object.keys(settingsSchema.shape)) {
    const value = environment[name];
    const file = environment[`${name}_FILE`];
    if (value && file) problems.push(`${name}: set it or ${name}_FILE, not both`);
    else if (value) values[name] = value;
    else if (file) {
      try {
        values[name] = readFileSync(file, 'utf8').trim();
      } catch {
        problems.push(`${name}_FILE: the file ${file} cannot be read`);
      }
    }
  }
  return { values, problems };
}

function missing(settings: ParsedSettings): string[] {
  const problems: string[] = [];
  if (!settings.SECRET_KEY?.length) problems.push('SECRET_KEY: is missing; make one with "openssl rand -base64 48"');
  if (!settings.DATABASE_URL) problems.push('DATABASE_URL: is missing');
  if (!isHardened(settings)) return problems;
  if (!settings.PUBLIC_URL) problems.push('PUBLIC_URL: is missing');
  if (!settings.SMTP_URL) problems.push('SMTP_URL: is missing');
  return problems;
}

/** All of the three or none: half of it would leave mails unsigned without a word. */
function dkimProblems(settings: ParsedSettings): string[] {
  const names = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'] as const;
  const isSigned = names.some((name) => settings[name] !== undefined);
  if (!isSigned) return [];
  return names
    .filter((name) => settings[name] === undefined)
    .map((name) => `${name}: is missing beside the other DKIM_ settings`);
}

function secretProblems(settings: ParsedSettings): string[] {
  return (settings.SECRET_KEY ?? []).flatMap((key) => {
    if (Buffer.byteLength(key) < MINIMUM_SECRET_BYTES)
      return [`SECRET_KEY: each key must have at least ${MINIMUM_SECRET_BYTES} bytes`];
    if (isHardened(settings) && PLACEHOLDER.test(key)) return ['SECRET_KEY: looks like a placeholder'];
    return [];
  });
}

function productionProblems(settings: ParsedSettings): string[] {
  if (!isHardened(settings)) return [];
  const problems: string[] = [];
  if (settings.BCRYPT_COST < MINIMUM_PRODUCTION_BCRYPT_COST)
    problems.push(`BCRYPT_COST: must be at least ${MINIMUM_PRODUCTION_BCRYPT_COST} in ${settings.NODE_ENV}`);
  if (settings.CORS_ORIGINS?.includes('*')) problems.push(`CORS_ORIGINS: must not be * in ${settings.NODE_ENV}`);
  if (settings.DEMO_LOGINS) problems.push(`DEMO_LOGINS: must be off in ${settings.NODE_ENV}`);
  return problems;
}

function withDefaults(settings: ParsedSettings): Settings {
  return {
    ...settings,
    SECRET_KEY: settings.SECRET_KEY ?? [],
    DATABASE_URL: settings.DATABASE_URL ?? '',
    PUBLIC_URL: settings.PUBLIC_URL ?? `http://localhost:${settings.PORT}`,
    FORCE_HTTPS: settings.FORCE_HTTPS ?? isHardened(settings),
    LOG_FORMAT: settings.LOG_FORMAT ?? (settings.NODE_ENV === 'development' ? 'pretty' : 'json'),
  };
}
