import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const EXAMPLE_HOST = 'localhost:3000';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface Tour {
  /** What the reader types, one shell after the other. */
  commands: string[];
  /** What the reader sees, in the same order. */
  answers: unknown[];
}

/** The commands and answers of a section of the README, against another host than the one that it shows. */
export function tourOf(section: string, host: string): Tour {
  const readme = readFileSync('README.md', 'utf8').replaceAll(EXAMPLE_HOST, host);
  const [, text = ''] = readme.split(`\n## ${section}\n`);
  const blocks = [...(text.split('\n## ', 1)[0] ?? '').matchAll(/```(sh|json)\n(.*?)```/gs)];
  const of = (kind: string): string[] =>
    blocks.filter(([, language]) => language === kind).map(([, , content]) => content ?? '');
  return { commands: of('sh'), answers: of('json').map((answer) => expectation(JSON.parse(answer))) };
}

/** Runs them in one shell. @returns what each call has answered with JSON */
export async function answersTo(commands: string[]): Promise<unknown[]> {
  const script = ['curl() { command curl "$@"; echo; }', ...commands].join('\n');
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}

/** What is shown is a part of what comes; an ellipsis stands for what differs each time. */
function expectation(shown: unknown): unknown {
  if (typeof shown === 'string' && shown.endsWith('-…')) return expect.stringMatching(UUID);
  if (typeof shown === 'string' && shown.endsWith('…')) return expect.stringContaining(shown.slice(0, -1));
  if (Array.isArray(shown)) return shown.map(expectation);
  if (typeof shown !== 'object' || shown === null) return shown;
  return expect.objectContaining(
    Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, expectation(value)])),
  );
}
