import type { components } from './schema.js';

/** What a sign-in answers. */
export type Tokens = components['schemas']['TokenResponse'];

/** Where tokens are kept. One that several tabs share, such as `localStorage`, lets them share a session. */
export interface TokenStore {
  read(): Tokens | undefined | Promise<Tokens | undefined>;
  /** @param tokens undefined where they are to be forgotten */
  write(tokens: Tokens | undefined): void | Promise<void>;
}

/** As long as the page or the process lives. */
export class MemoryTokens implements TokenStore {
  private tokens: Tokens | undefined;

  read(): Tokens | undefined {
    return this.tokens;
  }

  write(tokens: Tokens | undefined): void {
    this.tokens = tokens;
  }
}
