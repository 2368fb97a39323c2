import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { Public } from '../../common/access/public.decorator.js';
import { API_PREFIX } from '../../common/openapi/api-controller.decorator.js';
import { Settings } from '../../core/config/settings.js';
import { SigningKeys } from '../tokens/signing-keys.js';

/** What OAuth clients and resource servers look up by themselves. */
@ApiExcludeController()
@Public({ token: 'ignored' })
@Controller('.well-known')
export class WellKnownController {
  constructor(
    private readonly signingKeys: SigningKeys,
    private readonly settings: Settings,
  ) {}

  /** The public keys of access tokens; none while SECRET_KEY signs them. */
  @Get('jwks.json')
  @Header('cache-control', 'public, max-age=300')
  async keys(): Promise<{ keys: JWK[] }> {
    return this.signingKeys.publicSet();
  }

  /** Authorization Server Metadata (RFC 8414 §2). */
  @Get('oauth-authorization-server')
  @Header('cache-control', 'public, max-age=300')
  metadata(): object {
    const { PUBLIC_URL, PASSWORD_GRANT } = this.settings;
    return {
      issuer: PUBLIC_URL,
      token_endpoint: `${PUBLIC_URL}${API_PREFIX}/auth/token`,
      revocation_endpoint: `${PUBLIC_URL}${API_PREFIX}/auth/revoke`,
      jwks_uri: `${PUBLIC_URL}/.well-known/jwks.json`,
      response_types_supported: [],
      grant_types_supported: [...(PASSWORD_GRANT ? ['password'] : []), 'refresh_token'],
      token_endpoint_auth_methods_supported: ['none'],
      revocation_endpoint_auth_methods_supported: ['none'],
      service_documentation: `${PUBLIC_URL}/docs`,
    };
  }
}
