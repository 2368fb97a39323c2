import { readFile } from 'node:fs/promises';

import { runProgram } from './program.js';

export interface RunningProcess {
  /** Tells a process from a later one with the same pid; undefined where the system does not say. */
  startedAt: string | undefined;
  /** Program and parameters, separated by blanks; undefined where the system does not say. */
  command: string | undefined;
}

const UNKNOWN: RunningProcess = { startedAt: undefined, command: undefined };

/** The process with this pid, or undefined when there is none or when it is dead but not yet reaped. */
export async function findRunningProcess(pid: number): Promise<RunningProcess | undefined> {
  if (!isSignalable(pid)) {
    return undefined;
  }
  switch (process.platform) {
    case 'linux':
      return describeByProcFiles(pid);
    case 'win32':
      return describeByTaskList(pid);
    default:
      return describeByPs(pid);
  }
}

function isSignalable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, but is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function describeByProcFiles(pid: number): Promise<RunningProcess | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, and may itself hold blanks and brackets.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (isDeadState(state)) {
      return undefined;
    }
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return { startedAt: rest[18], command: command.replaceAll('\0', ' ').trim() };
  } catch {
    // It ended just now, or /proc hides other users' processes.
    return isSignalable(pid) ? UNKNOWN : undefined;
  }
}

async function describeByPs(pid: number): Promise<RunningProcess | undefined> {
  const parameters = ['-ww', '-o', 'stat=', '-o', 'lstart=', '-o', 'command=', '-p', String(pid)];
  const { output } = await runProgram('ps', parameters);
  const [, state, startedAt, command] = /^\s*(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/m.exec(output) ?? [];
  if (isDeadState(state)) {
    return undefined;
  }
  return { startedAt, command };
}

async function describeByTaskList(pid: number): Promise<RunningProcess> {
  const parameters = ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'];
  const { output } = await runProgram('tasklist', parameters);
  return { startedAt: undefined, command: /^"([^"]+)"/m.exec(output)?.[1] };
}

function isDeadState(state: string | undefined): boolean {
  return state !== undefined && /^[ZX]/.test(state);
}
