import type { LiveEvent } from '../core/live/live-events.js';

/** Told to the owner where sessions end: one that is named, or all of the account. */
export const SESSION_REVOKED = 'session.revoked';

export const allSessionsEnded = (userId: string): LiveEvent => ({
  name: SESSION_REVOKED,
  audience: userId,
  data: { sessionId: null },
});
