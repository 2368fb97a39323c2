import { Global, Module } from '@nestjs/common';
import { LiveEvents } from './live-events.js';
import { LiveEventsRepository } from './live-events.repository.js';

/** The writing side, for every process, and the table; who listens is in `live/`. */
@Global()
@Module({ providers: [LiveEvents, LiveEventsRepository], exports: [LiveEvents, LiveEventsRepository] })
export class LiveEventsModule {}
