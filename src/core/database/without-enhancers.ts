import type { DynamicModule, Provider } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';

type Import = NonNullable<DynamicModule['imports']>[number];

/**
 * `nestjs-cls` gives every route a guard and an interceptor that do nothing unless they are asked for. Where there is an
 * interceptor, Nest sends each answer through RxJS, which costs a third of all that a request costs.
 */
export const withoutEnhancers = (module: DynamicModule): DynamicModule => ({
  ...module,
  imports: module.imports?.map((each) => (isDynamic(each) ? withoutEnhancers(each) : each)),
  providers: module.providers?.filter((provider) => !isEnhancer(provider)),
});

const isDynamic = (module: Import): module is DynamicModule => 'module' in module;

const isEnhancer = (provider: Provider): boolean =>
  'provide' in provider && (provider.provide === APP_GUARD || provider.provide === APP_INTERCEPTOR);
