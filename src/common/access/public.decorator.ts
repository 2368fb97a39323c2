import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { ROUTE_EXTENSION } from '../openapi/extensions.js';

export const PUBLIC_KEY = 'access:public';

export interface PublicOptions {
  /**
   * `honoured` (default): a token that is sent must be valid and makes the actor known.
   * `ignored`: it is not looked at, so that an expired one never stands in the way of signing in again.
   */
  token?: 'honoured' | 'ignored';
}

/** Opens a route, which is closed otherwise, to those who are not signed in. */
export const Public = (options: PublicOptions = {}) =>
  applyDecorators(
    SetMetadata(PUBLIC_KEY, options),
    ApiExtension(ROUTE_EXTENSION.access, options.token === 'ignored' ? 'open' : 'optional'),
  );
