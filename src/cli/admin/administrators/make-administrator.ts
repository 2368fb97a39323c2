import { NestFactory } from '@nestjs/core';
import type { Actor } from '../../../common/access/actor.js';
import type { Settings } from '../../../core/config/settings.js';
import type { CreateUserDto } from '../../../users/dto/create-user.dto.js';
import { RegistrationService } from '../../../users/registration.service.js';
import { UsersModule } from '../../../users/users.module.js';
import { UsersService } from '../../../users/users.service.js';
import { OperatorModule } from '../operator.module.js';

/** What became of the account. */
export type Made = 'created' | 'invited' | 'promoted' | 'reactivated' | 'unchanged';

export type NewAdministrator = Omit<CreateUserDto, 'password'> & { role: 'admin' };

/** Whoever can run commands on the server; no account, so that the audit trail names none as the one who did it. */
const OPERATOR: Actor = {
  id: '00000000-0000-0000-0000-000000000000',
  role: 'admin',
  emailVerified: true,
  sessionId: null,
};

/**
 * Through the same services as the API, with the same mails and the same audit trail.
 * @param choosePassword asked for a new account alone; an invitation is mailed where it gives none
 * @throws AppError what the API would answer
 */
export async function makeAdministrator(
  settings: Settings,
  dto: NewAdministrator,
  choosePassword: () => Promise<string | undefined>,
): Promise<Made> {
  const module = OperatorModule.forRoot(settings, [UsersModule]);
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  try {
    const users = app.get(UsersService);
    const account = await users.contactByEmail(dto.email);
    if (!account) {
      const password = await choosePassword();
      await app.get(RegistrationService).register(OPERATOR, { ...dto, password });
      return password === undefined ? 'invited' : 'created';
    }
    if (account.role === 'admin' && account.isActive) return 'unchanged';
    await users.patch(OPERATOR, account.id, { role: 'admin', isActive: true });
    return account.isActive ? 'promoted' : 'reactivated';
  } finally {
    await app.close();
  }
}
