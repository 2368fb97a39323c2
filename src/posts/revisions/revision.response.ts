import { ApiProperty, PickType } from '@nestjs/swagger';
import { Page, type RowPage } from '../../common/paging/page.js';
import { AuthorResponse } from '../../users/dto/author.response.js';
import { PostResponse } from '../dto/post.response.js';
import type { RevisionRow } from './revisions.repository.js';

/** What tells one version from another in a list. */
export class RevisionItemResponse extends PickType(PostResponse, ['version', 'slug', 'title', 'excerpt', 'status']) {
  @ApiProperty({ type: AuthorResponse, nullable: true, description: 'Who wrote it; null once that account is deleted' })
  editor: AuthorResponse | null;

  @ApiProperty({ format: 'date-time', description: 'When it was written', example: '2026-03-01T09:30:00.000Z' })
  createdAt: Date;

  static itemFrom({ version, slug, title, excerpt, status, createdAt, ...row }: RevisionRow): RevisionItemResponse {
    const { editorId: id, editorUsername: username, editorFullName: fullName } = row;
    const editor = id === null || username === null ? null : { id, username, fullName };
    return { version, slug, title, excerpt, status, editor, createdAt };
  }
}

export class RevisionResponse extends RevisionItemResponse {
  @ApiProperty({ type: String, example: 'In **1833** a newspaper cost a penny.\n' })
  content: string;

  @ApiProperty({ type: [String], example: ['writing'] })
  tags: string[];

  static from(row: RevisionRow): RevisionResponse {
    return { ...RevisionItemResponse.itemFrom(row), content: row.content, tags: row.tags };
  }
}

export class RevisionPageResponse extends Page<RevisionItemResponse> {
  @ApiProperty({ type: [RevisionItemResponse] })
  items: RevisionItemResponse[];

  static from({ rows, page }: RowPage<RevisionRow>): RevisionPageResponse {
    return { items: rows.map((row) => RevisionItemResponse.itemFrom(row)), page };
  }
}
