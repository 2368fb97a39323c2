import { ApiProperty } from '@nestjs/swagger';

/** The answer of a token endpoint (RFC 6749 §5.1), with the life of the refresh token added. */
export class TokenResponse {
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk3MGYzZSJ9.c2lnbmF0dXJl' })
  access_token: string;

  @ApiProperty({ enum: ['Bearer'], example: 'Bearer' })
  token_type: 'Bearer';

  @ApiProperty({ description: 'Seconds until the access token expires', example: 900 })
  expires_in: number;

  @ApiProperty({ example: 'AZcPPmwqez6cVS9PjR8KEQAAAAB2c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tMzItYnl0ZXM' })
  refresh_token: string;

  @ApiProperty({ description: 'Seconds until the refresh token expires unless it is used', example: 2592000 })
  refresh_expires_in: number;
}
