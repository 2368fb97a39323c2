import { ApiExtraModels, ApiProperty, getSchemaPath, PartialType } from '@nestjs/swagger';
import { html } from '../../common/html/html.js';
import { Page, type RowPage } from '../../common/paging/page.js';
import { AuthorResponse } from '../../users/dto/author.response.js';
import { MAX_EXCERPT_LENGTH } from '../excerpt.js';
import { POST_STATUSES, type PostStatus } from '../post.entity.js';
import type { PostRow } from '../post-row.js';
import { MARK_START, MARK_STOP } from '../search/post-search.js';
import { MAX_SLUG_LENGTH, SLUG_PATTERN } from '../slugs/slug.js';
import { TAGS_SCHEMA } from './tags.decorator.js';
import { MAX_TITLE_LENGTH } from './write-post.dto.js';

export class PostResponse {
  @ApiProperty({ format: 'uuid', example: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55' })
  id: string;

  @ApiProperty({ maxLength: MAX_SLUG_LENGTH, pattern: SLUG_PATTERN.source, example: 'how-the-penny-press-began' })
  slug: string;

  @ApiProperty({ maxLength: MAX_TITLE_LENGTH, example: 'How the penny press began' })
  title: string;

  // Without a greatest length: as HTML it is longer.
  @ApiProperty({
    example: 'In **1833** a newspaper cost a penny for the first time.\n',
  })
  content: string;

  @ApiProperty({ maxLength: MAX_EXCERPT_LENGTH, example: 'In 1833 a newspaper cost a penny for the first time.' })
  excerpt: string;

  @ApiProperty(TAGS_SCHEMA)
  tags: string[];

  @ApiProperty({ enum: POST_STATUSES, example: 'published' })
  status: PostStatus;

  @ApiProperty({ description: 'The same as `status` being `published`', example: true })
  published: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-03-02T08:00:00.000Z' })
  publishedAt: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  publishAt: Date | null;

  @ApiProperty({ description: 'Counts the changes', minimum: 1, example: 1 })
  version: number;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T09:30:00.000Z' })
  createdAt: Date;

  @ApiProperty({ format: 'date-time', example: '2026-03-02T08:00:00.000Z' })
  updatedAt: Date;

  @ApiProperty({ type: AuthorResponse })
  author: AuthorResponse;

  static from(row: PostRow): PostResponse {
    return {
      id: row.id,
      slug: row.slug,
      title: row.title,
      content: row.content,
      excerpt: row.excerpt,
      tags: row.tags,
      status: row.status,
      published: row.status === 'published',
      publishedAt: row.publishedAt,
      publishAt: row.publishAt,
      version: row.version,
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
      author: { id: row.authorId, username: row.authorUsername, fullName: row.authorFullName },
    };
  }
}

/** What `?fields` may name. */
export const POST_FIELDS = [
  'id',
  'slug',
  'title',
  'content',
  'excerpt',
  'tags',
  'status',
  'published',
  'publishedAt',
  'publishAt',
  'version',
  'createdAt',
  'updatedAt',
  'author',
] as const satisfies (keyof PostResponse)[];

export type PostField = (typeof POST_FIELDS)[number];

/** A post in a list: the members that `?fields` names, all where it names none, and what a search found. */
export class PostItemResponse extends PartialType(PostResponse) {
  @ApiProperty({
    required: false,
    description: 'With `q`: where it was found, as HTML in which `<mark>` is the only element',
    example: 'In 1833 a newspaper cost a <mark>penny</mark> for the first time.',
  })
  snippet?: string;

  static from(row: PostRow, fields: readonly PostField[] = POST_FIELDS): PostItemResponse {
    const post = PostResponse.from(row);
    const item = fields === POST_FIELDS ? post : Object.fromEntries(fields.map((field) => [field, post[field]]));
    return row.snippet === undefined ? item : { ...item, snippet: marked(row.snippet) };
  }
}

/** The whole post is told apart, so that generated clients know that nothing is missing where no `fields` were named. */
@ApiExtraModels(PostResponse, PostItemResponse)
export class PostPageResponse extends Page<PostItemResponse> {
  @ApiProperty({
    type: 'array',
    items: { anyOf: [{ $ref: getSchemaPath(PostResponse) }, { $ref: getSchemaPath(PostItemResponse) }] },
  })
  items: PostItemResponse[];

  static from({ rows, page }: RowPage<PostRow>, fields?: readonly PostField[]): PostPageResponse {
    return { items: rows.map((row) => PostItemResponse.from(row, fields)), page };
  }
}

/** The text of a snippet is escaped; only the marks of the search become elements. */
const marked = (snippet: string): string =>
  html`${snippet}`.text.replaceAll(MARK_START, '<mark>').replaceAll(MARK_STOP, '</mark>');
