/** A post appeared for everybody. */
export class PostPublished {
  static readonly type = 'PostPublished';

  constructor(readonly postId: string) {}
}
