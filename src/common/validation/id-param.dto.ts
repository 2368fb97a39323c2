import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';

/** The `:id` of a path. */
export class IdParam {
  @ApiProperty({ format: 'uuid', example: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11' })
  @IsUUID()
  id: string;
}
