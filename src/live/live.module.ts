import { Module } from '@nestjs/common';
import { AuthApiModule } from '../auth/auth-api.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { ChannelListener } from '../core/database/channel-listener.js';
import { LiveFeed } from './feed/live-feed.js';
import { LiveReaders } from './feed/live-readers.js';
import { LiveHub } from './live-hub.js';
import { EventsController } from './sse/events.controller.js';
import { SocketAccess } from './ws/socket-access.js';
import { SocketsController } from './ws/sockets.controller.js';
import { Upgrades } from './ws/upgrades.js';
import { UsersModule } from '../users/users.module.js';

/** Events to clients, from every process that serves some. */
@Module({
  imports: [AuthModule, AuthApiModule, UsersModule],
  controllers: [EventsController, SocketsController],
  providers: [ChannelListener, LiveFeed, LiveReaders, LiveHub, Upgrades, SocketAccess],
})
export class LiveModule {}
