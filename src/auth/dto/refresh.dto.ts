import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';

export class RefreshDto {
  @ApiProperty({
    maxLength: 500,
    example: 'AZcPPmwqez6cVS9PjR8KEQAAAAB2c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tMzItYnl0ZXM',
  })
  @MaxLength(500)
  @MinLength(1)
  @IsString()
  refresh_token: string;
}
