import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import type { Actor } from '../common/access/actor.js';
import { AppError, invalidField } from '../common/errors/app-error.js';
import { newId } from '../common/ids/uuid.js';
import { Audit } from '../core/audit/audit.js';
import { Settings } from '../core/config/settings.js';
import { Outbox } from '../core/outbox/outbox.js';
import type { CreateUserDto } from './dto/create-user.dto.js';
import type { UserRow } from './dto/user.response.js';
import { usernameFrom } from './identity.js';
import { checkPassword } from './passwords/password-policy.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { UserInvited, UserRegistered } from './users.events.js';
import { checkAdministratorFields, isAdministrator } from './users.policy.js';
import { UsersRepository, type NewUser } from './users.repository.js';

/** Names made from an address are tried with so many random endings before the client is asked for one. */
const USERNAME_TRIES = 5;

/** An account that may be created, with its password hashed already. */
export interface PreparedAccount {
  dto: CreateUserDto;
  /** Null for somebody who is invited to choose one. */
  passwordHash: string | null;
}

/** How accounts come to be: by signing up, by invitation, or by a token of an outside issuer. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: PasswordsService,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly settings: Settings,
  ) {}

  async register(actor: Actor | undefined, dto: CreateUserDto): Promise<UserRow> {
    return this.create(await this.prepare(actor, dto));
  }

  /** @returns what `create` needs; slow, as it hashes the password: not to be called in a transaction */
  async prepare(actor: Actor | undefined, dto: CreateUserDto): Promise<PreparedAccount> {
    if (this.settings.REGISTRATION === 'closed' && !isAdministrator(actor)) throw new AppError('REGISTRATION_CLOSED');
    checkAdministratorFields(actor, dto);
    if (dto.password === undefined) {
      if (!isAdministrator(actor)) throw invalidField('password', 'IS_STRING', 'password must be a string');
      return { dto, passwordHash: null };
    }
    checkPassword(dto.password, [dto.email, dto.username, dto.fullName], this.settings.PASSWORD_POLICY);
    return { dto, passwordHash: await this.passwords.hash(dto.password) };
  }

  /** The account, and the mail that welcomes or invites its owner. */
  @Transactional()
  async create({ dto, passwordHash }: PreparedAccount): Promise<UserRow> {
    const row = await this.insertRow(dto, passwordHash);
    await this.outbox.record(passwordHash === null ? new UserInvited(row.id) : new UserRegistered(row.id));
    await this.audit.record('account.created', { subjectId: row.id });
    return row;
  }

  /** An account for somebody whose address an outside issuer has verified; it has no password. */
  @Transactional()
  async registerVerified(email: string, fullName: string | null): Promise<UserRow> {
    const row = await this.insertRow({ email, fullName }, null);
    await this.users.markEmailVerified(row.id, row.email, row.createdAt);
    await this.audit.record('account.created', { subjectId: row.id });
    return row;
  }

  private async insertRow(dto: Omit<CreateUserDto, 'password'>, passwordHash: string | null): Promise<UserRow> {
    const user: Omit<NewUser, 'username'> = {
      id: newId(),
      email: dto.email,
      fullName: dto.fullName ?? null,
      role: dto.role ?? 'user',
      isActive: dto.isActive ?? true,
      passwordHash,
    };
    const row = dto.username
      ? await this.users.insert({ ...user, username: dto.username })
      : await this.insertWithFreeUsername(user);
    if (!row) throw new AppError('USERNAME_TAKEN');
    return row;
  }

  private async insertWithFreeUsername(user: Omit<NewUser, 'username'>): Promise<UserRow | undefined> {
    for (let tried = 0; tried < USERNAME_TRIES; tried += 1) {
      const suffix = tried === 0 ? '' : `-${randomInt(1_000, 1_000_000)}`;
      const row = await this.users.insert({ ...user, username: usernameFrom(user.email, suffix) });
      if (row) return row;
    }
    return undefined;
  }
}
