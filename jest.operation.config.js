import { base } from './jest.config.js';

/** What operators meet: starts and kills, commands, services that fail, poolers, TLS, Redis, roll-outs, backups, upgrades. */
// Many of them start half a dozen processes in a test, on a machine that may be slow.
export default { ...base, testMatch: ['<rootDir>/test/operation/**/*.spec.ts'], testTimeout: 180_000, maxWorkers: 2 };
