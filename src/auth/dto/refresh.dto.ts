import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { MaxCharacters, MinCharacters } from '../../common/validation/characters.decorator.js';

export class RefreshDto {
  @ApiProperty({
    maxLength: 500,
    example: 'AZcPPmwqez6cVS9PjR8KEQAAAAB2c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tMzItYnl0ZXM',
  })
  @MaxCharacters(500)
  @MinCharacters(1)
  @IsString()
  refresh_token: string;
}
