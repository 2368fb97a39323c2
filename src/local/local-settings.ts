import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SECRET_FILE = 'secret-key';

/** What differs under `npm start` from the production defaults; what is set in the environment wins. */
export function localEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...environment,
    NODE_ENV: environment['NODE_ENV'] ?? 'development',
    HOST: environment['HOST'] ?? 'localhost',
  };
}

/** Where the embedded PostgreSQL and the secret key live. */
export const dataDirectory = (environment: NodeJS.ProcessEnv): string => resolve(environment['DATA_DIR'] ?? '.data');

/** The secret of this machine, made at the first start, so that sessions outlive a restart. */
export function localSecret(directory: string): string {
  const file = join(directory, SECRET_FILE);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(directory, { recursive: true });
  const secret = randomBytes(48).toString('base64');
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return secret;
}
