import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { MIGRATIONS } from '../../src/core/database/migrations.js';

const FIXTURES = 'test/fixtures/releases';

describe('releases', () => {
  it('each have a database, from which upgrades are tested', () => {
    // An archive of the sources has no history to look into.
    if (!existsSync('.git')) return;
    const tags = execFileSync('git', ['tag', '--list', 'v[0-9]*'], { encoding: 'utf8' }).split('\n').filter(Boolean);
    expect(tags.filter((tag) => !existsSync(`${FIXTURES}/${tag}.ndjson`))).toEqual([]);
  });

  it('never lose a migration', () => {
    const files = readdirSync(FIXTURES).filter((name) => name.endsWith('.ndjson'));
    const known = MIGRATIONS.map(({ name }) => name);
    for (const file of files) {
      const header = readFileSync(`${FIXTURES}/${file}`, 'utf8').split('\n', 1)[0] ?? '';
      const { migrations } = JSON.parse(header) as { migrations: string[] };
      expect({ file, migrations }).toEqual({ file, migrations: known.slice(0, migrations.length) });
    }
  });
});
