import { base } from './jest.config.js';

/** The checks of `npm run check` that need the program itself. */
export default { ...base, testMatch: ['<rootDir>/test/checks/**/*.check.ts'] };
