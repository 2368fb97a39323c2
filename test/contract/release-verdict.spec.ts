import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { releaseVerdict } from './release-verdict.js';

const TODAY = '2026-09-02';

type Document = { paths: Record<string, Record<string, Record<string, unknown>>> };

const only = (...operations: string[]): Document => ({
  paths: { '/a': Object.fromEntries(operations.map((name) => [name, { operationId: name }])) },
});
const gone = (name: string): string => `#/paths/~1a/${name} is gone, and was not deprecated (${name.toUpperCase()} /a)`;

describe('the verdict on a release', () => {
  const full = JSON.parse(readFileSync('openapi.json', 'utf8')) as Document;
  let directory: string;
  let repository: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'broadsheet-contract-'));
    repository = join(directory, 'origin');
    execFileSync('git', ['init', '--quiet', repository]);
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function git(...args: string[]): void {
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [...who, ...args], { cwd: repository, stdio: 'pipe' });
  }

  const write = (document: object): void => writeFileSync(join(repository, 'openapi.json'), JSON.stringify(document));

  function commit(document: object, ...tags: string[]): void {
    write(document);
    git('add', '.');
    git('commit', '--quiet', '--allow-empty', '--message', 'test');
    for (const tag of tags) git('tag', tag);
  }

  const verdict = (place = repository) => releaseVerdict(place, TODAY);
  it('passes where there is no release, and says so', () => {
    commit(full, 'version-1', 'v-next', 'v1');
    expect(verdict()).toEqual({ isKept: true, text: 'No release to compare with: there is no tag v* yet.' });
  });

  it('passes where there is no repository, and says so', () => {
    rmSync(join(repository, '.git'), { recursive: true });
    expect(verdict()).toEqual({ isKept: true, text: 'No release to compare with: no repository.' });
  });

  it('passes in a shallow clone without tags, and says so', () => {
    commit(only('get'), 'v1.0.0');
    commit(only('put'));
    const clone = join(directory, 'clone');
    const source = pathToFileURL(repository).href;
    execFileSync('git', ['clone', '--quiet', '--depth', '1', '--no-tags', source, clone], { stdio: 'pipe' });
    expect(verdict(clone)).toEqual({
      isKept: true,
      text: 'No release to compare with: there is no tag v* yet. This clone is shallow, and may lack it.',
    });
  });

  it('keeps the whole document, and fails for what is taken out of it', () => {
    commit(full, 'v1.0.0');
    expect(verdict()).toEqual({ isKept: true, text: 'openapi.json keeps what v1.0.0 promised.' });

    const paths = { ...full.paths };
    delete paths['/api/v1/tags'];
    // What is not committed yet counts.
    write({ ...full, paths });
    expect(verdict()).toEqual({
      isKept: false,
      text: 'openapi.json breaks clients of v1.0.0:\n#/paths/~1api~1v1~1tags/get is gone, and was not deprecated (GET /api/v1/tags)',
    });
  });

  it('goes by the highest version that leads here, as SemVer orders them', () => {
    commit(only('get', 'put'), 'v0.9.0');
    commit(only('get', 'post'), 'v0.10.0-rc.2', 'v0.10.0-rc.10', 'v0.2.0');
    commit(only('get', 'patch'), 'v0.10.0');
    git('switch', '--quiet', '--create', 'elsewhere');
    commit(only('get', 'delete'), 'v9.0.0');
    git('switch', '--quiet', '-');
    commit(only('get'));
    expect(verdict().text).toBe(`openapi.json breaks clients of v0.10.0:\n${gone('patch')}`);

    git('tag', '--delete', 'v0.10.0');
    expect(verdict().text).toBe(`openapi.json breaks clients of v0.10.0-rc.10:\n${gone('post')}`);
  });

  it('lets go only what the release had deprecated, and not before its sunset', () => {
    const retired = only('get', 'put');
    Object.assign(retired.paths['/a']?.['put'] ?? {}, { deprecated: true, 'x-sunset': '2026-09-02' });
    commit(only('get', 'put'), 'v1.0.0');
    commit(only('get'));
    expect(verdict().isKept).toBe(false);

    commit(retired, 'v1.1.0');
    commit(only('get'));
    expect(verdict()).toEqual({ isKept: true, text: 'openapi.json keeps what v1.1.0 promised.' });
    expect(releaseVerdict(repository, '2026-09-01').isKept).toBe(false);
  });

  it('does not pass over a release that has no document', () => {
    commit(only('get'));
    git('rm', '--quiet', 'openapi.json');
    git('commit', '--quiet', '--message', 'test');
    git('tag', 'v1.0.0');
    write(only('get'));
    expect(() => verdict()).toThrow('openapi.json');
  });
});
