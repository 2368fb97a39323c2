import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { breakingChanges } from './breaking-changes.js';

const DOCUMENT = 'openapi.json';
/** What Semantic Versioning allows, without what is only of the build. */
const RELEASE = /^v\d+\.\d+\.\d+(-[\w.-]+)?$/;
/** Bytes; the document grows. */
const MAX_OUTPUT = 64 * 1_048_576;

interface Verdict {
  isKept: boolean;
  text: string;
}

/**
 * Whether the document in a directory keeps what that of the last release promised: the highest version whose tag leads
 * to what is checked out.
 * @param today as `2026-03-02`
 */
export function releaseVerdict(directory: string, today: string): Verdict {
  // An archive of the sources has no history to look into.
  if (!existsSync(join(directory, '.git'))) return { isKept: true, text: 'No release to compare with: no repository.' };
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: directory, encoding: 'utf8', maxBuffer: MAX_OUTPUT, stdio: 'pipe' });

  // A version before its release, such as v1.0.0-rc.1, comes before v1.0.0.
  const sorted = ['-c', 'versionsort.suffix=-', 'tag', '--merged', 'HEAD', '--list', 'v*', '--sort=-version:refname'];
  const tag = git(...sorted)
    .split('\n')
    .find((name) => RELEASE.test(name));
  if (tag === undefined) {
    const isShallow = git('rev-parse', '--is-shallow-repository').trim() === 'true';
    const hint = isShallow ? ' This clone is shallow, and may lack it.' : '';
    return { isKept: true, text: `No release to compare with: there is no tag v* yet.${hint}` };
  }

  const old = JSON.parse(git('show', `refs/tags/${tag}:${DOCUMENT}`)) as object;
  const now = JSON.parse(readFileSync(join(directory, DOCUMENT), 'utf8')) as object;
  const lines = breakingChanges(old, now, today);
  if (lines.length === 0) return { isKept: true, text: `${DOCUMENT} keeps what ${tag} promised.` };
  return { isKept: false, text: [`${DOCUMENT} breaks clients of ${tag}:`, ...lines].join('\n') };
}
