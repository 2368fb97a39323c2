import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const PACKAGES = new URL('node_modules/', import.meta.url);

/** The packages that are ES modules; the others are loaded as they are, which spares a cold start a minute. */
const ES_MODULES = readdirSync(PACKAGES)
  .flatMap((name) =>
    name.startsWith('@') ? readdirSync(new URL(name, PACKAGES)).map((part) => `${name}/${part}`) : name,
  )
  .filter((name) => isEsModule(name));

/** @param {string} name */
function isEsModule(name) {
  try {
    return JSON.parse(readFileSync(new URL(`${name}/package.json`, PACKAGES), 'utf8')).type === 'module';
  } catch {
    return false;
  }
}

/** Our code and ES modules are turned into CommonJS, as several packages cannot be loaded as ES modules by Jest. */
const transform = {
  '^.+\\.(m|c)?[jt]s$': [
    '@swc/jest',
    {
      swcrc: false,
      sourceMaps: 'inline',
      module: { type: 'commonjs' },
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        keepClassNames: true,
      },
    },
  ],
};

/** @type {import('jest').Config} */
export const base = {
  testEnvironment: 'node',
  transform,
  transformIgnorePatterns: [`/node_modules/(?!(${ES_MODULES.join('|')})/)`],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  // Longer than `PATIENCE` of test/support/program.ts, which says what it was that did not come.
  testTimeout: 120_000,
  // Jest would leave one core free. Suites of processes mostly wait for them, so that there is work for more than all.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
};

/** @type {import('jest').Config} */
export default {
  ...base,
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
  // They have commands of their own, as they take minutes.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/operation/', '<rootDir>/test/browser/'],
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/**/*.spec.ts',
    '!src/{main,worker,migrate,local}.ts',
    '!src/cli/demo/demo-posts-*.ts',
  ],
  coverageDirectory: 'coverage',
  coverageReporters: ['text-summary', 'lcov'],
};
