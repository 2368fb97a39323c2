import { ApiProperty } from '@nestjs/swagger';
import { Page, type RowPage } from '../../common/paging/page.js';
import { USERNAME_SCHEMA } from '../../users/dto/username.decorator.js';
import { MAX_EXCERPT_LENGTH } from '../excerpt.js';
import { POST_STATUSES, type PostStatus } from '../post.entity.js';
import type { PostRow } from '../posts.repository.js';
import { MAX_SLUG_LENGTH, SLUG_PATTERN } from '../slug.js';
import { TAGS_SCHEMA } from './tags.decorator.js';
import { MAX_CONTENT_LENGTH, MAX_TITLE_LENGTH } from './write-post.dto.js';

export class AuthorResponse {
  @ApiProperty({ format: 'uuid', example: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11' })
  id: string;

  @ApiProperty(USERNAME_SCHEMA)
  username: string;

  @ApiProperty({ type: String, nullable: true, maxLength: 100, example: 'Ada Lovelace' })
  fullName: string | null;
}

export class PostResponse {
  @ApiProperty({ format: 'uuid', example: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55' })
  id: string;

  @ApiProperty({ maxLength: MAX_SLUG_LENGTH, pattern: SLUG_PATTERN.source, example: 'how-the-penny-press-began' })
  slug: string;

  @ApiProperty({ maxLength: MAX_TITLE_LENGTH, example: 'How the penny press began' })
  title: string;

  @ApiProperty({
    maxLength: MAX_CONTENT_LENGTH,
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

export class PostPageResponse extends Page<PostResponse> {
  @ApiProperty({ type: [PostResponse] })
  items: PostResponse[];

  static from({ rows, page }: RowPage<PostRow>): PostPageResponse {
    return { items: rows.map((row) => PostResponse.from(row)), page };
  }
}
