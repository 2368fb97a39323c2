/** What is kept in the audit trail. */
export const AUDIT_TYPES = [
  'account.created',
  'account.changed',
  'account.deleted',
  'account.restored',
  'account.locked',
  'email.verified',
  'email.change_requested',
  'email.changed',
  'emails.retried',
  'password.changed',
  'password.refused',
  'password.reset_requested',
  'password.reset',
  'role.changed',
  'session.started',
  'session.refused',
  'session.ended',
  'session.refresh_reused',
] as const;

export type AuditType = (typeof AUDIT_TYPES)[number];

export const AUDIT_OUTCOMES = ['success', 'failure'] as const;

export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];
