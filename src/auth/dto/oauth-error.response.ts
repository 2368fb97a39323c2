import { ApiProperty } from '@nestjs/swagger';

/** An error of the token endpoint (RFC 6749 §5.2). */
export class OAuthErrorResponse {
  @ApiProperty({
    enum: [
      'invalid_request',
      'invalid_grant',
      'unauthorized_client',
      'unsupported_grant_type',
      'temporarily_unavailable',
      'server_error',
    ],
    example: 'invalid_grant',
  })
  error: string;

  @ApiProperty({ example: 'Wrong account or password' })
  error_description: string;
}
