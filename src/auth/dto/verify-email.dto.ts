import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { MaxCharacters, MinCharacters } from '../../common/validation/characters.decorator.js';

export const LINK_TOKEN_SCHEMA = {
  minLength: 1,
  maxLength: 500,
  description: 'From the link in the mail',
  example: 'AQGXDz5sKnoelVPY0fChFWcPPmxzaWduYXR1cmUtb2YtdGhpcy10b2tlbg',
};

export class VerifyEmailDto {
  @ApiProperty(LINK_TOKEN_SCHEMA)
  @MaxCharacters(500)
  @MinCharacters(1)
  @IsString()
  token: string;
}
