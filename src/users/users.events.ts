/** Somebody signed up. */
export class UserRegistered {
  static readonly type = 'UserRegistered';

  constructor(readonly userId: string) {}
}

/** An administrator made an account, whose owner is to choose a password. */
export class UserInvited {
  static readonly type = 'UserInvited';

  constructor(readonly userId: string) {}
}

export class UserDeleted {
  static readonly type = 'UserDeleted';

  constructor(readonly userId: string) {}
}

export class RoleChanged {
  static readonly type = 'RoleChanged';

  constructor(readonly userId: string) {}
}

export class PasswordChanged {
  static readonly type = 'PasswordChanged';

  constructor(readonly userId: string) {}
}

/** A new address was named; it counts once its owner has confirmed it. */
export class EmailChangeRequested {
  static readonly type = 'EmailChangeRequested';

  constructor(readonly userId: string) {}
}

/** The new address counts. The former one is told, and stands nowhere else any more. */
export class EmailChanged {
  static readonly type = 'EmailChanged';

  constructor(
    readonly userId: string,
    readonly formerEmail: string,
  ) {}
}
