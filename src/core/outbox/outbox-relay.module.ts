import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { EventHandlers } from './event-handlers.js';
import { OutboxListener } from './outbox-listener.js';
import { OutboxRelay } from './outbox-relay.js';

/** The reading side, for workers alone. */
@Module({ imports: [DiscoveryModule], providers: [EventHandlers, OutboxListener, OutboxRelay] })
export class OutboxRelayModule {}
