/** Mails are due again because an administrator said so. */
export class EmailsRetried {
  static readonly type = 'EmailsRetried';
}
