import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

const FORMATS = ['markdown', 'html'] as const;

export class ReadPostQuery {
  @ApiPropertyOptional({
    enum: FORMATS,
    default: 'markdown',
    description: 'html: `content` is the Markdown rendered and sanitised',
  })
  @IsOptional()
  @IsIn(FORMATS)
  format: (typeof FORMATS)[number] = 'markdown';
}
