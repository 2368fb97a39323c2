import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, Program, until } from '../support/program.js';
import { answersTo, tourOf } from '../support/readme.js';
import { publishReadmes } from '../real-input/real-input.js';

/** Ended, or waiting to be buried by an init that takes its time. */
const isGone = (pid: number) => {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
};

/** `npm start`, after its build: the launcher with everything that it brings along. */
describe('npm start', () => {
  let directory: string;
  let environment: NodeJS.ProcessEnv;
  let url: string;
  let program: Program;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'broadsheet-start-'));
    // PostgreSQL runs as another user where this one is root.
    await chmod(directory, 0o755);
    const [port, workerPort] = [await freePort(), await freePort()];
    environment = {
      PORT: String(port),
      WORKER_PORT: String(workerPort),
      DATA_DIR: directory,
      HOST: '127.0.0.1',
      BCRYPT_COST: '4',
      RATE_LIMIT: '0',
      LOG_LEVEL: 'warn',
    };
    url = `http://127.0.0.1:${port}`;
  });

  afterAll(async () => {
    await program.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    program = new Program('dist/src/local.js', environment);
    await program.says('Ctrl-C stops everything');
  }

  const postgresPid = () => Number(readFileSync(join(directory, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);

  /** Ids of the processes that the launcher has started. */
  const children = async () => {
    const tasks = await readdir(`/proc/${program.child.pid}/task`);
    return tasks.flatMap((task) =>
      readFileSync(`/proc/${program.child.pid}/task/${task}/children`, 'utf8')
        .trim()
        .split(/\s+/)
        .filter(Boolean)
        .map(Number),
    );
  };

  const login = (username: string, password: string) =>
    fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });

  const total = async () => {
    const answer = await fetch(`${url}/api/v1/posts?limit=1&count=exact`);
    const { page } = (await answer.json()) as { page: { total: number } };
    return page.total;
  };

  it('prints the links and demo logins that work, over demo data', async () => {
    await start();
    for (const path of ['/', '/docs', '/inbox']) expect(program.output).toContain(`:${environment['PORT']}${path}`);
    const shown = /^\s+(\S+@\S+)\s+(\S.*?\S)\s+admin$/m.exec(program.output);
    expect((await login(shown?.[1] ?? '', shown?.[2] ?? '')).status).toBe(200);
    expect(await total()).toBeGreaterThanOrEqual(35);
  });

  it('answers what the README asks in five minutes as the README shows it', async () => {
    const { commands, answers } = tourOf('Five minutes', `localhost:${environment['PORT']}`);
    expect(commands.length).toBeGreaterThan(5);
    const [signUp = '', ...rest] = commands;
    const signedUp = await answersTo([signUp]);
    await until(async () => (await (await fetch(`${url}/inbox/messages?status=sent`)).text()).includes('ada@example'));
    expect([...signedUp, ...(await answersTo(rest))]).toEqual(answers);
  });

  it('takes real texts of all sizes and alphabets, and gives each back to the byte', async () => {
    const { texts, published, refused, listed, equal, mails, authors } = await publishReadmes({
      url,
      directory: 'node_modules',
      every: 6,
    });
    expect(texts).toBeGreaterThan(60);
    expect({ published: published + refused, listed, equal, mails }).toEqual({
      published: texts,
      listed: published,
      equal: published,
      mails: authors,
    });
  }, 120_000);

  it('leaves no process behind on Ctrl-C, and keeps the data', async () => {
    const before = await total();
    const pids = [...(await children()), postgresPid()];
    expect(pids.length).toBeGreaterThanOrEqual(3);
    await expect(program.stop('SIGINT')).resolves.toBe(0);
    expect(pids.filter((pid) => !isGone(pid))).toEqual([]);

    await start();
    expect(await total()).toBe(before);
  });

  it('starts again after kill -9 of the launcher, and of PostgreSQL', async () => {
    const before = await total();
    for (const killed of ['launcher', 'postgres']) {
      const pids = await children();
      const postgres = postgresPid();
      if (killed === 'launcher') program.child.kill('SIGKILL');
      if (killed === 'postgres') process.kill(postgres, 'SIGKILL');
      if (killed !== 'launcher') await program.stop();
      await until(
        () => pids.every(isGone),
        () => `Still there after the kill of ${killed}`,
      );
      await start();
      expect(await total()).toBe(before);
    }
  }, 120_000);

  it('says in one line which port is in use, and what to do', async () => {
    const taken = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    const second = new Program('dist/src/local.js', {
      ...environment,
      PORT: String(port),
      DATA_DIR: join(directory, 'other'),
    });
    await expect(second.end()).resolves.toBe(1);
    expect(second.output.trim()).toMatch(new RegExp(`^Port ${port} is in use\\. .*npm start$`));
    await new Promise((resolve) => taken.close(resolve));
  });

  it('says in one line that the data directory serves another start already', async () => {
    const [port, workerPort] = [await freePort(), await freePort()];
    const second = new Program('dist/src/local.js', {
      ...environment,
      PORT: String(port),
      WORKER_PORT: String(workerPort),
    });
    await expect(second.end()).resolves.toBe(1);
    expect(second.output.trim().split('\n')).toHaveLength(1);
    expect(second.output).toContain('DATA_DIR');
  });
});
