import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { MaxCharacters } from '../../common/validation/characters.decorator.js';
import { PageQuery } from '../../common/paging/page-query.dto.js';
import { EMAIL_KINDS, EMAIL_STATES, type EmailKind, type EmailState } from '../email.entity.js';

export class ListEmailsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: EMAIL_STATES, example: 'failed' })
  @IsOptional()
  @IsIn(EMAIL_STATES)
  status?: EmailState;

  @ApiPropertyOptional({ enum: EMAIL_KINDS, example: 'welcome' })
  @IsOptional()
  @IsIn(EMAIL_KINDS)
  kind?: EmailKind;

  @ApiPropertyOptional({ description: 'Address of the recipient', maxLength: 254, example: 'ada@example.com' })
  @IsOptional()
  @MaxCharacters(254)
  @IsString()
  to?: string;
}
