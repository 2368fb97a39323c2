import { ApiExtension } from '@nestjs/swagger';
import { Deprecation, type DeprecationPlan } from '../../common/deprecation/deprecation.js';
import { ROUTE_EXTENSION } from '../../common/openapi/extensions.js';
import { operationId } from '../../common/openapi/operation-id.js';
import { HttpRoute } from '../http/route-config.js';

/**
 * Announces that a route will go, on every answer of it and in its documentation, and counts who still calls it. On a
 * controller it holds for each of its routes that has no announcement of its own.
 */
export const Deprecated = (plan: DeprecationPlan): MethodDecorator & ClassDecorator => {
  const deprecation = new Deprecation(plan);
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (descriptor) mark(target, name as string, descriptor, deprecation);
    else markAll(target as Function, deprecation);
  };
};

/** The marked handlers, as the decorator of a method goes before that of its class. */
const marked = new WeakSet<object>();

function markAll({ prototype }: Function, deprecation: Deprecation): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype as object))) {
    const { value } = descriptor as { value: unknown };
    if (name !== 'constructor' && typeof value === 'function' && !marked.has(value))
      mark(prototype as object, name, descriptor, deprecation);
  }
}

function mark(prototype: object, name: string, descriptor: PropertyDescriptor, deprecation: Deprecation): void {
  const operation = operationId(prototype.constructor.name, name);
  marked.add(descriptor.value as object);
  HttpRoute({ deprecated: { deprecation, operation } })(prototype, name, descriptor);
  ApiExtension(ROUTE_EXTENSION.deprecation, deprecation.plan)(prototype, name, descriptor);
}
