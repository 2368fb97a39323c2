import { Post, type PostStatus } from './post.entity.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const EARLIER = new Date('2026-02-01T12:00:00Z');
const LATER = new Date('2026-04-01T12:00:00Z');

const TIMES: Record<PostStatus, Pick<Post, 'publishedAt' | 'publishAt'>> = {
  draft: { publishedAt: null, publishAt: null },
  scheduled: { publishedAt: null, publishAt: LATER },
  published: { publishedAt: EARLIER, publishAt: null },
};

const post = (status: PostStatus): Post => Object.assign(new Post(), { status, deletedAt: null, ...TIMES[status] });

describe('Post', () => {
  it.each(['draft', 'scheduled'] as const)('is published from %s, now and no longer later', (status) => {
    const changed = post(status);
    changed.publish(NOW);
    expect(changed).toMatchObject({ status: 'published', publishedAt: NOW, publishAt: null });
  });

  it.each(['scheduled', 'published'] as const)('is taken back from %s', (status) => {
    const changed = post(status);
    changed.unpublish();
    expect(changed).toMatchObject({ status: 'draft', publishedAt: null, publishAt: null });
  });

  it.each([
    { status: 'published', transition: 'publish', detail: 'The post is published.' },
    { status: 'draft', transition: 'unpublish', detail: 'The post is a draft.' },
  ] as const)('refuses to $transition what is $status, and stays as it is', ({ status, transition, detail }) => {
    const changed = post(status);
    expect(() => changed[transition](NOW)).toThrow(
      expect.objectContaining({ code: 'POST_STATE_CONFLICT', status: 409, message: detail }),
    );
    expect(changed).toEqual(post(status));
  });

  it.each(['draft', 'scheduled', 'published'] as const)(
    'goes to the trash as %s, and keeps its status there',
    (status) => {
      const changed = post(status);
      changed.trash(NOW);
      expect(changed).toEqual(Object.assign(post(status), { deletedAt: NOW }));
    },
  );
});
