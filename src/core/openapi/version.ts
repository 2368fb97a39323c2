import { createRequire } from 'node:module';

const { version } = createRequire(import.meta.url)('#package') as { version: string };

/** The version of the product, as in package.json. */
export const VERSION = version;
