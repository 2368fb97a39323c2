import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Actor } from '../common/access/actor.js';
import type { UserRow } from './dto/user.response.js';

/** An actor with the account that the guard has read for this very request. */
export type SignedIn = Actor & { account: UserRow };

/** The account of the actor, on a route that needs a sign-in: nobody has to read it again. */
export const CurrentAccount = createParamDecorator(
  (_data: unknown, context: ExecutionContext): UserRow =>
    context.switchToHttp().getRequest<{ user: SignedIn }>().user.account,
);
