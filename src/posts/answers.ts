import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { RowPage } from '../common/paging/page.js';
import { HTTP_LIMITS } from '../core/http/http-adapter.js';
import { PostPageResponse, PostResponse, type PostField } from './dto/post.response.js';
import { pageETag, postETag } from './post-etag.js';
import type { PostRow } from './post-row.js';

/** Any list of tags that fits into the headers. */
const TAGS = { type: 'string', maxLength: HTTP_LIMITS.headers } as const;

/** Documents `If-Match` on a route that changes a post. */
export const IF_MATCH = ApiHeader({
  name: 'If-Match',
  required: false,
  description: 'The `ETag` of the version to change',
  schema: TAGS,
});

/** Documents `If-None-Match` on a route that reads a post. */
export const IF_NONE_MATCH = ApiHeader({
  name: 'If-None-Match',
  required: false,
  description: 'The `ETag` of the version at hand',
  schema: TAGS,
});

/** A post as the answer, with the validator of its version. */
export function withETag(reply: FastifyReply, post: PostRow): PostResponse {
  void reply.header('etag', postETag(post));
  return PostResponse.from(post);
}

/** A page of posts as the answer, with the validator of all its versions. */
export function withPageETag(
  reply: FastifyReply,
  page: RowPage<PostRow>,
  fields?: readonly PostField[],
): PostPageResponse {
  void reply.header('etag', pageETag(page));
  return PostPageResponse.from(page, fields);
}
