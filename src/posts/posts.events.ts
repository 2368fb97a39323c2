/** A post can be read by everybody from now on; again, where it had been taken back. */
export class PostPublished {
  static readonly type = 'PostPublished';

  constructor(readonly postId: string) {}
}
