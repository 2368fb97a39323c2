/**
 * Somebody asks for a link, for an address that may or may not have an account: that is looked up by the worker, so that
 * the answer and its time are the same for both.
 */
export class VerificationRequested {
  static readonly type = 'VerificationRequested';

  constructor(readonly email: string) {}
}

export class PasswordResetRequested {
  static readonly type = 'PasswordResetRequested';

  constructor(readonly email: string) {}
}

/** A sign-in from a device that the account was never used from. */
export class SignedInFromNewDevice {
  static readonly type = 'SignedInFromNewDevice';

  constructor(
    readonly userId: string,
    readonly sessionId: string,
  ) {}
}

/** Two parties hold refresh tokens of one session, which was ended. */
export class RefreshTokenReused {
  static readonly type = 'RefreshTokenReused';

  constructor(
    readonly userId: string,
    readonly sessionId: string,
  ) {}
}

/** Too many wrong passwords in a row. */
export class AccountLocked {
  static readonly type = 'AccountLocked';

  /** @param userId null where there is no such account: as much is recorded, so that the time tells nothing */
  constructor(readonly userId: string | null) {}
}
