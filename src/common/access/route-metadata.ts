import type { ExecutionContext } from '@nestjs/common';

/** What is read of the decorators of a route, once for each: reflection looks through all prototypes every time. */
export class RouteMetadata<Value> {
  private readonly known = new Map<Function, Map<Function, Value>>();

  constructor(private readonly read: (context: ExecutionContext) => Value) {}

  of(context: ExecutionContext): Value {
    const handlers = this.handlersOf(context.getClass());
    const handler = context.getHandler();
    if (!handlers.has(handler)) handlers.set(handler, this.read(context));
    return handlers.get(handler) as Value;
  }

  private handlersOf(controller: Function): Map<Function, Value> {
    const known = this.known.get(controller);
    if (known) return known;
    const made = new Map<Function, Value>();
    this.known.set(controller, made);
    return made;
  }
}
