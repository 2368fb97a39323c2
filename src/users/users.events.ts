/** An account was made, by its owner or by an administrator. */
export class UserRegistered {
  static readonly type = 'UserRegistered';

  constructor(readonly userId: string) {}
}
