import { applyDecorators, Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

/** Every route of the API stands under it; a version that breaks clients gets another one. */
export const API_PREFIX = '/api/v1';

/** A controller of the API, under its prefix and in a group of its documentation. */
export const ApiController = (path: string, tag: string) =>
  applyDecorators(Controller(`${API_PREFIX}/${path}`), ApiTags(tag));
