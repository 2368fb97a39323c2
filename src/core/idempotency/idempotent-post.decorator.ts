import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiHeader } from '@nestjs/swagger';
import { ROUTE_EXTENSION } from '../../common/openapi/extensions.js';

/** Documents the `Idempotency-Key` of a route whose handler runs in `Idempotency.once`. */
export const IdempotentPost = () =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'A random text. A second request with the same key and body within 24 hours is answered as the first one was (`Idempotency-Replayed: true`) and creates nothing',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
    }),
    ApiExtension(ROUTE_EXTENSION.idempotent, true),
  );
