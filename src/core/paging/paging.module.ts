import { Global, Module } from '@nestjs/common';
import { Cursors } from './cursors.js';
import { KeysetPager } from './keyset-pager.js';

@Global()
@Module({ providers: [Cursors, KeysetPager], exports: [KeysetPager] })
export class PagingModule {}
