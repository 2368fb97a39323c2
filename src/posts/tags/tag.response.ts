import { ApiProperty } from '@nestjs/swagger';
import { Page, type RowPage } from '../../common/paging/page.js';
import { MAX_TAG_LENGTH } from '../dto/tags.decorator.js';
import type { TagRow } from './tags.repository.js';

export class TagResponse {
  @ApiProperty({ maxLength: MAX_TAG_LENGTH, example: 'writing' })
  name: string;

  @ApiProperty({ type: 'integer', description: 'Published posts with this tag', minimum: 1, example: 12 })
  count: number;
}

export class TagPageResponse extends Page<TagResponse> {
  @ApiProperty({ type: [TagResponse] })
  items: TagResponse[];

  static from({ rows, page }: RowPage<TagRow>): TagPageResponse {
    return { items: rows.map(({ name, count }) => ({ name, count })), page };
  }
}
