import { Global, Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { Settings } from '../config/settings.js';
import { SharedRedis } from '../redis/shared-redis.js';
import { AddressThrottle } from './address-throttle.js';
import { RateLimits } from './rate-limits.js';
import { routeRules } from './rate-rules.js';
import { Throttle } from './throttle.js';

/** Rate limits: by address in front of everything, by account and class of route behind the sign-in guard. */
@Global()
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [Settings, SharedRedis],
      useFactory: (settings: Settings, { client }: SharedRedis) => ({
        throttlers: routeRules(settings).map(({ name, limit, window }) => ({ name, limit, ttl: window * 1_000 })),
        storage: new RateLimits(client),
      }),
    }),
  ],
  providers: [Throttle, AddressThrottle],
  exports: [Throttle, ThrottlerModule],
})
export class ThrottleModule {}
