import { ApiProperty } from '@nestjs/swagger';

/** That of a sort by title, whose 200 characters may have four bytes each, and more. */
export const MAX_CURSOR_LENGTH = 2048;

export class PageInfo {
  @ApiProperty({ description: 'How many items a page has at most', example: 20, minimum: 1, maximum: 100 })
  limit: number;

  @ApiProperty({ description: 'Whether another page follows', example: true })
  hasMore: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Opaque; send it as `cursor` for the next page. Null on the last page',
    example: 'eyJzIjoiLXB1Ymxpc2hlZEF0In0.3q2-7w',
    maxLength: MAX_CURSOR_LENGTH,
  })
  nextCursor: string | null;

  @ApiProperty({ required: false, description: 'All that match, only with `count=exact`', example: 41, minimum: 0 })
  total?: number;
}

/** One page of a list, as every list answers. Subclasses say what the items are, for the OpenAPI document. */
export abstract class Page<T> {
  abstract items: T[];

  @ApiProperty({ type: PageInfo })
  page: PageInfo;
}

/** What a repository hands up: the rows of a page, and where the next one and the one before start. */
export interface RowPage<Row> {
  rows: Row[];
  page: PageInfo;
  /** Null on the first page; clients get it as `Link: rel="prev"`. */
  previousCursor: string | null;
}
