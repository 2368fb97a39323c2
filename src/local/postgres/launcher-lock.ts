import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { findRunningProcess } from './running-process.js';

export interface LauncherLock {
  release(): Promise<void>;
}

const RETRY_MILLISECONDS = 50;
const ABANDONED_GUARD_MILLISECONDS = 10_000;

/**
 * Makes this process the only launcher of the cluster beside the lock file. The lock of a dead launcher is taken over.
 * Throws EmbeddedPostgresError when another launcher lives.
 */
export async function takeLauncherLock(file: string): Promise<LauncherLock> {
  const own = await describeLauncher();
  while (!(await createWhole(file, own))) {
    const found = await readIfPresent(file);
    if (found === undefined) {
      continue;
    }
    const holder = await findHolder(found);
    if (holder !== undefined) {
      throw new EmbeddedPostgresError(
        `another npm start already runs on ${dirname(file)} (pid ${holder}); stop it, or set DATA_DIR to another directory`,
      );
    }
    await removeStale(file, found);
  }
  return { release: () => removeIfUnchanged(file, own) };
}

async function describeLauncher(): Promise<string> {
  return `${process.pid} ${(await identify(process.pid)) ?? ''}`.trim();
}

/** The pid of the process that wrote this lock, if it still lives. */
async function findHolder(content: string): Promise<number | undefined> {
  const [, pid, identity] = /^(\d+)(?: (.+))?$/.exec(content) ?? [];
  if (pid === undefined) {
    return undefined;
  }
  const current = await identify(Number(pid));
  if (current === undefined) {
    return undefined;
  }
  // A process that the system hides in part counts as the holder.
  const isReusedPid = identity !== undefined && current !== '' && current !== identity;
  return isReusedPid ? undefined : Number(pid);
}

/** Tells a living process from others that had or will have its pid, as well as the system can; empty when it cannot. */
async function identify(pid: number): Promise<string | undefined> {
  const found = await findRunningProcess(pid);
  return found && (found.startedAt ?? found.command ?? '');
}

/**
 * Two launchers can find the same stale lock. The guard file lets one of them remove it at a time, and only after a
 * second look, so that the slower one does not remove the lock that the quicker one has taken meanwhile.
 */
async function removeStale(file: string, stale: string): Promise<void> {
  const guard = `${file}.takeover`;
  if (!(await createWhole(guard, String(process.pid)))) {
    await removeIfAbandoned(guard);
    await sleep(RETRY_MILLISECONDS);
    return;
  }
  try {
    await removeIfUnchanged(file, stale);
  } finally {
    await rm(guard, { force: true });
  }
}

async function removeIfAbandoned(guard: string): Promise<void> {
  const found = await stat(guard).catch(() => undefined);
  if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_GUARD_MILLISECONDS) {
    await rm(guard, { force: true });
  }
}

async function removeIfUnchanged(file: string, content: string): Promise<void> {
  if ((await readIfPresent(file)) === content) {
    await rm(file, { force: true });
  }
}

/** False when the file exists. A link, unlike an exclusive write, never shows others a file without its content. */
async function createWhole(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, content);
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readIfPresent(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  });
}
