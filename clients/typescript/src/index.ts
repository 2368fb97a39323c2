export { Broadsheet, type BroadsheetOptions } from './broadsheet.js';
export { type LiveEvent } from './events.js';
export { type Listening } from './resuming.js';
export { type Patience } from './retry.js';
export { type SocketConstructor } from './sockets.js';
export { items } from './pages.js';
export { BroadsheetError, ok, type Problem } from './problem.js';
export { MemoryTokens, type TokenStore, type Tokens } from './tokens.js';
export type { components, operations, paths } from './schema.js';
