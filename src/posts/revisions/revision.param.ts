import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { IdParam } from '../../common/validation/id-param.dto.js';
import { ToInteger } from '../../common/validation/to-integer.decorator.js';

export class RevisionParam extends IdParam {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 999_999_999, example: 1 })
  @Max(999_999_999)
  @Min(1)
  @IsInt()
  @ToInteger()
  version: number;
}
