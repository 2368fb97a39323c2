import { Injectable } from '@nestjs/common';
import { PasswordsService } from './passwords/passwords.service.js';
import { UsersRepository } from './users.repository.js';

/** The account whose password was right. */
export interface KnownAccount {
  id: string;
  isActive: boolean;
}

/** Tells who somebody is by their password; hashes stay in here. */
@Injectable()
export class CredentialsService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: PasswordsService,
  ) {}

  /**
   * @param login an e-mail address or a username
   * @returns undefined for an unknown account as for a wrong password, after the same time
   */
  async check(login: string, password: string): Promise<KnownAccount | undefined> {
    const account = await this.users.credentials(login);
    const { matches, outdated } = await this.passwords.check(password, account?.passwordHash ?? null);
    if (!account || !matches) return undefined;
    if (outdated) await this.users.setPasswordHash(account.id, await this.passwords.hash(password));
    return { id: account.id, isActive: account.isActive };
  }
}
