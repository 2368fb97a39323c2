import { UseInterceptors } from '@nestjs/common';
import { CachedReadInterceptor } from './cached-read.interceptor.js';

/** A route whose answers may come from the response cache, as far as its handler marks them as public. */
export const CachedRead = () => UseInterceptors(CachedReadInterceptor);
