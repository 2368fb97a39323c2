import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ON_EVENT_KEY, type EventHandler } from './on-event.decorator.js';

/** The methods that subscribed with `@OnEvent`, found once at the start. */
@Injectable()
export class EventHandlers implements OnModuleInit {
  private readonly handlers = new Map<string, EventHandler<object>[]>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders())
      if (instance && typeof instance === 'object') this.register(instance as Record<string, unknown>);
  }

  /** Empty when nobody knows the event. */
  for(type: string): EventHandler<object>[] {
    return this.handlers.get(type) ?? [];
  }

  private register(instance: Record<string, unknown>): void {
    for (const name of this.scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object)) {
      const method = instance[name];
      if (typeof method !== 'function') continue;
      const type = this.reflector.get<string | undefined>(ON_EVENT_KEY, method);
      if (type) this.handlers.set(type, [...this.for(type), method.bind(instance) as EventHandler<object>]);
    }
  }
}
