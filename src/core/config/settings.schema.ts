import { z } from 'zod';
import {
  integer,
  onOff,
  list,
  url,
  postgresUrl,
  redisUrl,
  httpUrl,
  privateKeys,
  dkimKey,
  outsideIssuers,
  isCidr,
  SEARCH_LANGUAGES,
  SENDER,
} from './setting-kinds.js';

/**
 * Every setting, in the order of `.env.example`, which is made from here. The sentence of a setting says what it does;
 * `example` stands in the file where there is no default.
 */
export const settingsSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'staging', 'production'])
    .default('production')
    .meta({ description: 'development, test, staging or production; staging refuses what production refuses.' }),
  PORT: integer(0, 65535).prefault('3000').meta({ description: 'Port of the API.' }),
  HOST: z.string().default('0.0.0.0').meta({ description: 'Address to listen on; localhost under npm start.' }),
  WORKER_PORT: integer(0, 65535).prefault('3001').meta({ description: "Port of the worker's health and metrics." }),
  WEB_CONCURRENCY: integer(1, 64).prefault('1').meta({
    description: 'Processes of the API that share its port; as many as there are cores, at most.',
  }),
  PUBLIC_URL: httpUrl.optional().meta({
    description: 'Where clients reach the API; links in mails start with it. Required in production.',
    example: 'http://localhost:3000',
  }),
  DATABASE_URL: postgresUrl.optional().meta({
    description:
      'PostgreSQL 14 or newer; sslmode, sslrootcert, channel_binding and options count. Left out under npm start: an embedded one. Required in production.',
    example: 'postgres://broadsheet:password@localhost:5432/broadsheet',
  }),
  DATABASE_DIRECT_URL: postgresUrl.optional().meta({
    description:
      'Where DATABASE_URL leads to a transaction pooler: PostgreSQL itself, for migrations, LISTEN and the queue. Pooled statements are unnamed then, and have their limits from SET LOCAL.',
    example: 'postgres://broadsheet:password@localhost:5432/broadsheet',
  }),
  DATABASE_POOL_MAX: integer(2, 500)
    .prefault('10')
    .meta({ description: 'Connections a process keeps to PostgreSQL at most.' }),
  REDIS_URL: redisUrl.optional().meta({
    description:
      'Redis for the queue and what API processes share; in PostgreSQL and memory where this is left out. Also redis+sentinel://host,host/name and redis+cluster://host,host.',
    example: 'redis://localhost:6379',
  }),
  SECRET_KEY: list.pipe(z.array(z.string())).optional().meta({
    description:
      'At least 32 random bytes, e.g. from "openssl rand -base64 48". Several separated by commas: the first signs, all verify.',
    example: 'replace-me-with-the-output-of-openssl-rand',
  }),
  JWT_PRIVATE_KEY: privateKeys.optional().meta({
    description:
      'Private key (EC, RSA or Ed25519, PEM) that signs access tokens instead of SECRET_KEY; its public part is at /.well-known/jwks.json. Several one after the other: the first signs, all verify.',
    example: '-----BEGIN PRIVATE KEY-----...',
  }),
  AUTH_ISSUERS: outsideIssuers.optional().meta({
    description: 'Outside issuers whose tokens are accepted: a JSON list of {issuer, jwksUri, audience, algorithms}.',
    example:
      '[{"issuer":"https://id.example.com","jwksUri":"https://id.example.com/api/auth/jwks","audience":"https://example.com","algorithms":["EdDSA"]}]',
  }),
  ACCESS_TOKEN_TTL: integer(10, 86400).prefault('900').meta({ description: 'Life of an access token, in seconds.' }),
  REFRESH_TOKEN_TTL: integer(60, 31536000)
    .prefault('2592000')
    .meta({ description: 'A session ends when it is not refreshed for so long, in seconds.' }),
  SESSION_MAX_AGE: integer(60, 315360000)
    .prefault('7776000')
    .meta({ description: 'A session ends after so long, whatever happens, in seconds.' }),
  REFRESH_GRACE: integer(0, 300).prefault('10').meta({
    description: 'For so long the refresh token used last gets the same successor again, in seconds.',
  }),
  PASSWORD_GRANT: onOff.prefault('on').meta({ description: 'on or off: sign-in with a password.' }),
  PASSWORD_POLICY: z.enum(['default', 'composition']).default('default').meta({
    description: 'default (8 characters, no common password) or composition (also an upper-case letter and a digit).',
  }),
  BCRYPT_COST: integer(4, 16)
    .prefault('12')
    .meta({ description: 'Cost of a password hash; from 4 outside production.' }),
  REGISTRATION: z.enum(['open', 'closed']).default('open').meta({
    description: 'open: anybody may sign up; closed: administrators create accounts.',
  }),
  REQUIRE_VERIFIED: z.enum(['off', 'publish', 'login']).default('off').meta({
    description: 'What needs a confirmed address: off (nothing), publish (publishing) or login (signing in).',
  }),
  SMTP_URL: url(['smtp:', 'smtps:'], 'smtp://user:password@host:587').optional().meta({
    description: 'Mail server. Left out: mails are recorded and shown on /inbox. Required in production.',
    example: 'smtp://user:password@localhost:587',
  }),
  MAIL_FROM: z
    .string()
    .regex(SENDER, 'must be one address, or Name <address>')
    .default('Broadsheet <broadsheet@localhost>')
    .meta({
      description: 'Sender of the mails: an address, or Name <address>.',
    }),
  BULK_MAIL_RATE: integer(0, 100_000).prefault('0').meta({
    description: 'Mails about new posts a second, of all workers together; 0 = as fast as they can be sent.',
  }),
  DKIM_DOMAIN: z.string().optional().meta({
    description: 'Mails are signed (DKIM, RFC 6376) for this domain; the selector and the key belong to it.',
    example: 'example.com',
  }),
  DKIM_SELECTOR: z.string().optional().meta({ description: 'Name of the key in the DNS.', example: 'mail2026' }),
  DKIM_PRIVATE_KEY: dkimKey.optional().meta({
    description: 'Its private part (RSA, PEM).',
    example: '-----BEGIN PRIVATE KEY-----...',
  }),
  VERIFY_URL: httpUrl.optional().meta({
    description: 'Page that the verification link leads to (?token= is appended); /verify here where it is left out.',
    example: 'https://example.com/verify',
  }),
  RESET_URL: httpUrl.optional().meta({
    description: 'Page that the link to a new password leads to; /reset here where it is left out.',
    example: 'https://example.com/reset',
  }),
  POST_URL: httpUrl.optional().meta({
    description: 'Page that shows a post, with :slug in the place of its slug; /p/:slug here where it is left out.',
    example: 'https://example.com/articles/:slug',
  }),
  CORS_ORIGINS: list.prefault('').meta({
    description: 'Origins that browsers may call from, separated by commas. In development any localhost port.',
  }),
  TRUSTED_PROXIES: list
    .pipe(z.array(z.string().refine(isCidr, 'must be addresses or CIDRs separated by commas')))
    .prefault('')
    .meta({ description: 'Addresses or CIDRs of the proxies whose X-Forwarded-* headers count.' }),
  ALLOWED_HOSTS: list.prefault('').meta({
    description: 'Host names that are served, separated by commas; that of PUBLIC_URL always is. * serves all.',
  }),
  FORCE_HTTPS: onOff.optional().meta({
    description: 'on or off: plain http is redirected (308) and HSTS is sent. on in production.',
  }),
  RATE_LIMIT: integer(0, 10_000_000)
    .prefault('600')
    .meta({ description: 'Requests a minute and client; 0 switches the limits per client off.' }),
  LOGIN_RATE_LIMIT: integer(0, 10_000_000).prefault('5').meta({
    description: 'Sign-in attempts a minute for one client and account, ten times that for one client; 0 = off.',
  }),
  RESPONSE_CACHE: onOff.prefault('on').meta({
    description:
      'on or off: public reads are kept for a moment. With REDIS_URL no process is ever stale after a write.',
  }),
  REVISIONS_KEEP: integer(1, 10_000).prefault('100').meta({ description: 'Former versions that are kept of a post.' }),
  SEARCH_LANGUAGE: z.enum(SEARCH_LANGUAGES).default('english').meta({
    description: 'Language of the full-text search, as PostgreSQL calls it; simple for none. The worker re-indexes.',
  }),
  WORKER_CONCURRENCY: integer(1, 1000).prefault('20').meta({ description: 'Jobs a worker runs at a time.' }),
  REQUEST_TIMEOUT: integer(2, 30).prefault('15').meta({
    description:
      'Seconds in which a request is answered, whatever is away; the limits of statements follow from it, in workers too.',
  }),
  SHUTDOWN_TIMEOUT: integer(1, 600)
    .prefault('30')
    .meta({ description: 'Seconds that a process has to finish its work after SIGTERM.' }),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .meta({ description: 'fatal, error, warn, info, debug, trace or silent.' }),
  LOG_FORMAT: z.enum(['json', 'pretty']).optional().meta({ description: 'json or pretty; pretty in development.' }),
  METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional().meta({
    description: 'Bearer token for /metrics. Without it /metrics answers outside production only.',
    example: 'a-long-random-token',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional().meta({
    description:
      "OpenTelemetry collector that traces are sent to (OTLP as JSON over HTTP); none where this is left out. OpenTelemetry's other variables hold, too.",
    example: 'http://localhost:4318',
  }),
  DOCS: onOff.prefault('on').meta({ description: 'on or off: Swagger UI on /docs and ReDoc on /redoc.' }),
  DEMO_LOGINS: onOff.prefault('off').meta({
    description: 'on or off: pages tell the demo logins. on under npm start with its own database; not in production.',
  }),
  DASHBOARD: onOff
    .prefault('on')
    .meta({ description: 'on or off: the queue dashboard on /queues, read-only and for administrators alone.' }),
  DATA_DIR: z
    .string()
    .default('.data')
    .meta({ description: 'Where npm start keeps the embedded PostgreSQL and its secret key.' }),
});

export type ParsedSettings = z.output<typeof settingsSchema>;
