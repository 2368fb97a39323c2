import type { Role } from './role.js';

/** Whoever makes the request, as the guard read it from the database for this very request. */
export interface Actor {
  id: string;
  role: Role;
  emailVerified: boolean;
  /** The session behind the access token, ended by signing out; null for the token of an outside issuer. */
  sessionId: string | null;
}
