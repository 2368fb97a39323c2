import { ApiPropertyOptional, ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength, ValidateIf } from 'class-validator';
import { IfSent } from '../../common/validation/if-sent.decorator.js';
import { MAX_PASSWORD_LENGTH } from '../../users/passwords/password-policy.js';

export class LoginDto {
  @ApiPropertyOptional({ description: 'E-mail address or username', maxLength: 254, example: 'ada@example.com' })
  @ValidateIf((dto: LoginDto) => dto.username !== undefined || dto.email === undefined)
  @MaxLength(254)
  @MinLength(1)
  @IsString()
  username?: string;

  @ApiPropertyOptional({ description: 'The same as `username`', maxLength: 254 })
  @IfSent()
  @MaxLength(254)
  @MinLength(1)
  @IsString()
  email?: string;

  @ApiProperty({ format: 'password', maxLength: MAX_PASSWORD_LENGTH, example: 'correct horse battery' })
  @MaxLength(MAX_PASSWORD_LENGTH)
  @IsString()
  password: string;
}
