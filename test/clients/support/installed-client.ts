import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What it depends on; taken from here, so that no registry has to be asked. */
const DEPENDENCIES = ['openapi-fetch', 'openapi-typescript-helpers'];

/** The client as others get it: packed, and unpacked into a project that has nothing else. */
export class InstalledClient {
  private constructor(readonly directory: string) {}

  static async install(): Promise<InstalledClient> {
    const directory = await mkdtemp(join(tmpdir(), 'broadsheet-client-'));
    const modules = join(directory, 'node_modules');
    await mkdir(join(modules, 'broadsheet-client'), { recursive: true });
    // `prepack` builds it.
    const packed = await run('npm', ['pack', '--json', '--pack-destination', directory], { cwd: 'clients/typescript' });
    const [{ filename }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('['))) as [{ filename: string }];
    await run('tar', [
      '-xzf',
      join(directory, filename),
      '--strip-components=1',
      '-C',
      join(modules, 'broadsheet-client'),
    ]);
    for (const name of DEPENDENCIES) await cp(join('node_modules', name), join(modules, name), { recursive: true });
    await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
    return new InstalledClient(directory);
  }

  /** Runs a program of this project. @returns what it prints */
  async node(program: string, ...args: string[]): Promise<string> {
    await writeFile(join(this.directory, 'main.js'), program);
    const { stdout } = await run(process.execPath, ['main.js', ...args], { cwd: this.directory });
    return stdout.trim();
  }

  /** @returns what the compiler finds wrong with a program of this project */
  async typeErrors(program: string): Promise<string> {
    await writeFile(join(this.directory, 'main.ts'), program);
    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      '--lib',
      'es2023,dom,dom.iterable',
    ];
    const compiler = join(process.cwd(), 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [compiler, ...options, 'main.ts'], { cwd: this.directory }).catch(
      (error: { stdout: string }) => error,
    );
    return stdout.trim();
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
