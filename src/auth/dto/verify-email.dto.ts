import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';

export class VerifyEmailDto {
  @ApiProperty({
    maxLength: 500,
    description: 'From the link in the mail',
    example: 'AZcPPmwqez6cVS9PjR8KEWcPPmxzaWduYXR1cmUtb2YtdGhpcy10b2tlbg',
  })
  @MaxLength(500)
  @MinLength(1)
  @IsString()
  token: string;
}
