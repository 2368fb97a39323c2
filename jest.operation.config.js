import { base } from './jest.config.js';

/** What operators meet: services that fail, poolers, TLS, several Redis, roll-outs, backups, upgrades. */
export default { ...base, testMatch: ['<rootDir>/test/operation/**/*.spec.ts'] };
