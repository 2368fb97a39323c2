import { base } from './jest.config.js';

/** What people meet in a browser. One suite after the other: a Chromium takes more than a core. */
export default { ...base, testMatch: ['<rootDir>/test/browser/**/*.spec.ts'], maxWorkers: 1 };
