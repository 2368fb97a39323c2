import { stat } from 'node:fs/promises';

import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { runProgram } from './program.js';
import type { ProgramUser } from './program.js';

// macOS ships its own under the second name.
const USER_NAMES = ['postgres', '_postgres'];

// Tried in turn: shadow-utils, the same where only the group is there, and busybox.
const CREATIONS = [
  ['useradd --system --user-group --no-create-home --shell /usr/sbin/nologin postgres'],
  ['useradd --system --gid postgres --no-create-home --shell /usr/sbin/nologin postgres'],
  ['addgroup -S postgres', 'adduser -S -D -H -s /sbin/nologin -G postgres postgres'],
];

/**
 * Whom the server runs as: undefined for the current user. PostgreSQL refuses root, so root gets the owner of an
 * existing cluster, else the system user "postgres", which is created when missing.
 * Throws EmbeddedPostgresError when there is nobody to run as.
 */
export async function choosePostgresUser(dataDirectory: string): Promise<ProgramUser | undefined> {
  if (process.geteuid?.() !== 0) {
    return undefined;
  }
  return (await findOwner(dataDirectory)) ?? (await findSystemUser()) ?? createSystemUser();
}

async function findOwner(dataDirectory: string): Promise<ProgramUser | undefined> {
  const found = await stat(dataDirectory).catch(() => undefined);
  return found === undefined || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid };
}

async function findSystemUser(): Promise<ProgramUser | undefined> {
  for (const name of USER_NAMES) {
    const [uid, gid] = await Promise.all([runProgram('id', ['-u', name]), runProgram('id', ['-g', name])]);
    if (uid.succeeded && gid.succeeded) {
      return { uid: Number(uid.output), gid: Number(gid.output) };
    }
  }
  return undefined;
}

async function createSystemUser(): Promise<ProgramUser> {
  const complaints: string[] = [];
  for (const commands of CREATIONS) {
    complaints.push(...(await runAdministration(commands)));
    // Looked up even after a complaint: another launcher may have created it at the same moment.
    const user = await findSystemUser();
    if (user !== undefined) {
      return user;
    }
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL refuses to run as root, and the system user "postgres" cannot be created (${complaints.join('; ')}); ` +
      'start as an ordinary user, or set DATABASE_URL to a server of your own',
  );
}

async function runAdministration(commands: readonly string[]): Promise<string[]> {
  const complaints: string[] = [];
  for (const command of commands) {
    const [program = '', ...parameters] = command.split(' ');
    const { succeeded, errorOutput } = await runProgram(program, parameters);
    if (!succeeded) {
      complaints.push(errorOutput.trim().replaceAll(/\s*\n\s*/g, ', '));
    }
  }
  return complaints;
}
