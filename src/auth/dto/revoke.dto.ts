import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { MaxCharacters } from '../../common/validation/characters.decorator.js';
import { IfSent } from '../../common/validation/if-sent.decorator.js';

/** The parameters of a revocation request (RFC 7009 §2.1). */
export class RevokeDto {
  @ApiProperty({ maxLength: 4000, example: 'AZcPPmwqez6cVS9PjR8KEQAAAAB2c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tMzItYnl0ZXM' })
  @MaxCharacters(4000)
  @IsString()
  token: string;

  @ApiPropertyOptional({
    maxLength: 100,
    description: 'Ignored: both kinds are known by their form',
    example: 'refresh_token',
  })
  @IfSent()
  @MaxCharacters(100)
  @IsString()
  token_type_hint?: string;
}
