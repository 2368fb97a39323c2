import { SetMetadata } from '@nestjs/common';

export const RATE_CLASS_KEY = 'throttle:class';

/** Routes that are dearer than others, or worth an attacker's while, have limits of their own. */
export type RateClassName = 'sign-up' | 'account-mail';

/** Counts a route in a class of `rate-rules.ts` as well. */
export const RateClass = (name: RateClassName) => SetMetadata(RATE_CLASS_KEY, name);
