import { SetMetadata } from '@nestjs/common';

export const ON_EVENT_KEY = 'outbox:onEvent';

export interface EventClass<Event> {
  readonly type: string;
  new (...values: never[]): Event;
}

/** Work to be done once the transaction of the handler has been committed; may be lost by a crash. */
export type AfterCommit = () => Promise<void>;

/** What a handler is: it runs in the transaction that marks the event done, and may be called again after a crash. */
export type EventHandler<Event> = (event: Event) => Promise<AfterCommit | void>;

/** Subscribes a method to an event of the outbox. */
export const OnEvent =
  <Event>(event: EventClass<Event>) =>
  (target: object, key: string, descriptor: TypedPropertyDescriptor<EventHandler<Event>>): void => {
    SetMetadata(ON_EVENT_KEY, event.type)(target, key, descriptor);
  };
