import type { ClsStore } from 'nestjs-cls';
import { ClsServiceManager } from 'nestjs-cls';

/** What every line of log, outbox row and job of one request or job has in common. */
export interface RequestContext extends ClsStore {
  requestId?: string;
  /** W3C Trace Context, as it came in. */
  traceparent?: string;
  /** Where the request comes from. */
  ip?: string;
  userAgent?: string;
  /** The session of the access token. */
  sessionId?: string;
  /** The account that acts, once the guard knows it. */
  userId?: string;
  /** Whether nobody waits for its outcome any more. */
  isGivenUp?: () => boolean;
}

const cls = ClsServiceManager.getClsService<RequestContext>();

/** Runs the function, and all that it awaits, in this context; an ambient transaction goes on inside it. */
export function runInContext<T>(context: RequestContext, run: () => T): T {
  if (!cls.isActive()) return cls.runWith(context, run);
  return cls.run({ ifNested: 'inherit' }, () => {
    Object.assign(cls.get(), context);
    return run();
  });
}

/** The context of the request or job that this code runs for; empty outside of any. */
export const currentContext = (): RequestContext => (cls.isActive() ? cls.get() : {});

/** Notes who acts, for the log lines and events that follow. */
export function setContextActor(userId: string, sessionId: string | null): void {
  if (!cls.isActive()) return;
  cls.set('userId', userId);
  cls.set('sessionId', sessionId ?? undefined);
}
