import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { OperatorError } from '../explain-verb.js';

/**
 * Asks twice on the terminal, without showing what is typed.
 * @returns undefined where nothing was typed
 */
export async function askPassword(): Promise<string | undefined> {
  const password = await ask('Password (nothing: an invitation is mailed): ');
  if (password === '') return undefined;
  if ((await ask('The same again: ')) !== password) throw new OperatorError('The two passwords differ');
  return password;
}

async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  // The line is edited as on any terminal, but its echo goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.question('', resolve);
      terminal.once('SIGINT', () => reject(new DOMException('Interrupted', 'AbortError')));
      terminal.once('close', () => reject(new OperatorError('No password was typed')));
    });
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
