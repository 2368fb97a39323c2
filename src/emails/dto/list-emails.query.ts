import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQuery } from '../../common/paging/page-query.dto.js';

export class ListEmailsQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Address of the recipient', maxLength: 254, example: 'ada@example.com' })
  @IsOptional()
  @MaxLength(254)
  @IsString()
  to?: string;
}
