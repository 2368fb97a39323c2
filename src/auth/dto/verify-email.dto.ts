import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { MaxCharacters, MinCharacters } from '../../common/validation/characters.decorator.js';

export class VerifyEmailDto {
  @ApiProperty({
    maxLength: 500,
    description: 'From the link in the mail',
    example: 'AZcPPmwqez6cVS9PjR8KEWcPPmxzaWduYXR1cmUtb2YtdGhpcy10b2tlbg',
  })
  @MaxCharacters(500)
  @MinCharacters(1)
  @IsString()
  token: string;
}
