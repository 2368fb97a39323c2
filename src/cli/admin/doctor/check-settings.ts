import { examineSettings, isHardened, type Settings } from '../../../core/config/settings.js';
import { settingsSchema } from '../../../core/config/settings.schema.js';
import { ok, problem, warning, type Finding } from './finding.js';

/**
 * What the start would say of the settings, and what it lets pass although it is seldom meant.
 * @param given what of them somebody has set
 */
export function checkSettings(environment: NodeJS.ProcessEnv, given = environment): Finding[] {
  const { settings, problems } = examineSettings(environment);
  const wrong = problems.map(settingProblem);
  const names = new Set(wrong.map(({ name }) => name.replace(/_FILE$/, '')));
  // Its default takes the place of a setting that is missing.
  const doubts = [...doubtsInProduction(settings), ...doubtsAnywhere(settings)].filter(({ name }) => !names.has(name));
  const set = NAMES.filter((name) => given[name] || given[`${name}_FILE`]);
  const summary = ok('settings', `${set.length} are set, NODE_ENV is ${settings.NODE_ENV ?? 'wrong'}`);
  return [...(wrong.length > 0 ? [] : [summary]), ...wrong, ...doubts, ...lookAlikes(environment)];
}

const NAMES = Object.keys(settingsSchema.shape);

function settingProblem(text: string): Finding {
  const end = text.indexOf(':');
  const name = text.slice(0, end);
  const schema = settingsSchema.shape[name.replace(/_FILE$/, '') as keyof typeof settingsSchema.shape];
  const { description } = schema.meta() as unknown as { description: string };
  return problem(name, text.slice(end + 2), description);
}

function doubtsInProduction(settings: Partial<Settings>): Finding[] {
  const { NODE_ENV, PUBLIC_URL = '', MAIL_FROM = '' } = settings;
  if (!NODE_ENV || !isHardened({ NODE_ENV })) return [];
  const doubts: [boolean, string, string, string][] = [
    [
      settings.FORCE_HTTPS === true && settings.TRUSTED_PROXIES?.length === 0,
      'TRUSTED_PROXIES',
      'is empty while FORCE_HTTPS is on, so that every request counts as plain http and is redirected',
      'name the addresses of the proxy that ends TLS',
    ],
    [
      settings.FORCE_HTTPS === false,
      'FORCE_HTTPS',
      `is off in ${NODE_ENV}`,
      'switch it on, unless the proxy redirects itself',
    ],
    [
      PUBLIC_URL.startsWith('http:'),
      'PUBLIC_URL',
      `is plain http in ${NODE_ENV}`,
      'use https: links in mails begin with it',
    ],
    [
      !settings.METRICS_TOKEN,
      'METRICS_TOKEN',
      'is missing, so that nobody can read /metrics',
      'set one, and give it to Prometheus',
    ],
    [
      /@localhost>?$/.test(MAIL_FROM),
      'MAIL_FROM',
      'is at localhost, which mail servers refuse',
      'set an address of your domain',
    ],
    [
      settings.ALLOWED_HOSTS?.includes('*') ?? false,
      'ALLOWED_HOSTS',
      'lets every Host in',
      'name the hosts that are served',
    ],
    [settings.RATE_LIMIT === 0, 'RATE_LIMIT', 'is 0: no limit per client holds', 'set one, unless the proxy has them'],
    [settings.LOGIN_RATE_LIMIT === 0, 'LOGIN_RATE_LIMIT', 'is 0: passwords can be tried at any pace', 'set one'],
  ];
  return doubts.filter(([holds]) => holds).map(([, name, found, advice]) => warning(name, found, advice));
}

function doubtsAnywhere({ WEB_CONCURRENCY = 1, REDIS_URL }: Partial<Settings>): Finding[] {
  if (WEB_CONCURRENCY === 1 || REDIS_URL) return [];
  const found = `is missing, so that each of the ${WEB_CONCURRENCY} processes counts rate limits for itself`;
  return [warning('REDIS_URL', found, 'set it, or divide RATE_LIMIT')];
}

/** Shorter names are like many others. */
const MINIMUM_LENGTH = 6;

/** Variables that are no settings, but are one slip of the finger away from one. */
function lookAlikes(environment: NodeJS.ProcessEnv): Finding[] {
  const known = new Set(NAMES.flatMap((name) => [name, `${name}_FILE`]));
  return Object.keys(environment)
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const meant = [...known].find((other) => other.length >= MINIMUM_LENGTH && isOneSlip(name, other));
      return meant === undefined ? [] : [warning(name, 'is no setting', `did you mean ${meant}?`)];
    });
}

/** One character more, less or another, or two that are exchanged. */
function isOneSlip(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}
