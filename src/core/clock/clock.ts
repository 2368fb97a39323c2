import { Injectable } from '@nestjs/common';

/** What time it is. Tests turn it forward instead of waiting. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
