import { base } from './jest.config.js';

/** What operators meet: starts and kills, commands, services that fail, poolers, TLS, Redis, roll-outs, backups, upgrades. */
export default { ...base, testMatch: ['<rootDir>/test/operation/**/*.spec.ts'] };
