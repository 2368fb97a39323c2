import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import type { Actor } from '../common/access/actor.js';
import { AppError } from '../common/errors/app-error.js';
import { newId } from '../common/ids/uuid.js';
import type { RowPage } from '../common/paging/page.js';
import { Settings } from '../core/config/settings.js';
import { Outbox } from '../core/outbox/outbox.js';
import type { PatchUserDto, ReplaceUserDto } from './dto/change-user.dto.js';
import type { CreateUserDto } from './dto/create-user.dto.js';
import type { ListUsersQuery } from './dto/list-users.query.js';
import type { UserRow } from './dto/user.response.js';
import { identityKey, usernameFrom } from './identity.js';
import { passwordProblem } from './passwords/password-policy.js';
import { PasswordsService } from './passwords/passwords.service.js';
import type { User } from './user.entity.js';
import { UserRegistered } from './users.events.js';
import { canChangeAccount, isAdministrator } from './users.policy.js';
import { UsersRepository, type ContactRow, type NewUser } from './users.repository.js';

/** Names made from an address are tried with so many random endings before the client is asked for one. */
const USERNAME_TRIES = 5;

/** Accounts: sign-up, profile, removal. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: PasswordsService,
    private readonly outbox: Outbox,
    private readonly settings: Settings,
  ) {}

  async register(actor: Actor | undefined, dto: CreateUserDto): Promise<UserRow> {
    if (this.settings.REGISTRATION === 'closed' && !isAdministrator(actor)) throw new AppError('REGISTRATION_CLOSED');
    this.checkAdministratorFields(actor, dto);
    const problem = passwordProblem(
      dto.password,
      [dto.email, dto.username, dto.fullName],
      this.settings.PASSWORD_POLICY,
    );
    if (problem) throw problem;
    // Hashing takes a quarter of a second on purpose: not while a transaction holds a connection.
    return this.insert(dto, await this.passwords.hash(dto.password));
  }

  async page(query: ListUsersQuery): Promise<RowPage<UserRow>> {
    return this.users.page(query);
  }

  async byId(id: string): Promise<UserRow> {
    const user = await this.users.byId(id);
    if (!user) throw new AppError('USER_NOT_FOUND');
    return user;
  }

  /** What it takes to write to somebody; `undefined` once the account is deleted. */
  async contact(id: string): Promise<ContactRow | undefined> {
    const [contact] = await this.users.contacts([id]);
    return contact;
  }

  /** The same for many, in no particular order. */
  async contacts(ids: string[]): Promise<ContactRow[]> {
    return this.users.contacts(ids);
  }

  /** @returns whether this call did it: an address is verified once */
  async markEmailVerified(id: string, email: string): Promise<boolean> {
    return this.users.markEmailVerified(id, email);
  }

  async replace(actor: Actor, id: string, dto: ReplaceUserDto): Promise<UserRow> {
    return this.patch(actor, id, { ...dto, fullName: dto.fullName ?? null });
  }

  @Transactional()
  async patch(actor: Actor, id: string, dto: PatchUserDto): Promise<UserRow> {
    const user = await this.lockChangeable(actor, id);
    this.checkAdministratorFields(actor, dto);
    await this.keepAnAdministrator(user, { role: dto.role ?? user.role, isActive: dto.isActive ?? user.isActive });
    if (dto.username !== undefined) {
      user.username = dto.username;
      user.usernameKey = identityKey(dto.username);
    }
    if (dto.fullName !== undefined) user.fullName = dto.fullName;
    user.role = dto.role ?? user.role;
    user.isActive = dto.isActive ?? user.isActive;
    return this.users.save(user);
  }

  /** Into the trash: the address and the username are free again at once, the posts disappear with the account. */
  @Transactional()
  async remove(actor: Actor, id: string): Promise<void> {
    const user = await this.lockChangeable(actor, id);
    await this.keepAnAdministrator(user, { role: user.role, isActive: false });
    user.deletedAt = new Date();
    await this.users.save(user);
  }

  @Transactional()
  private async insert(dto: CreateUserDto, passwordHash: string): Promise<UserRow> {
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
    await this.outbox.record(new UserRegistered(row.id));
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

  private async lockChangeable(actor: Actor, id: string): Promise<User> {
    const user = await this.users.lockById(id);
    if (!user) throw new AppError('USER_NOT_FOUND');
    if (!canChangeAccount(actor, id)) throw new AppError('ACCOUNT_NOT_YOURS');
    return user;
  }

  private checkAdministratorFields(actor: Actor | undefined, dto: Pick<CreateUserDto, 'role' | 'isActive'>): void {
    if (dto.role === undefined && dto.isActive === undefined) return;
    if (!isAdministrator(actor)) throw new AppError('ADMIN_FIELD');
  }

  private async keepAnAdministrator(user: User, next: Pick<User, 'role' | 'isActive'>): Promise<void> {
    const isOne = user.role === 'admin' && user.isActive;
    if (!isOne || (next.role === 'admin' && next.isActive)) return;
    const administrators = await this.users.lockActiveAdministrators();
    if (administrators.every((id) => id === user.id)) throw new AppError('LAST_ADMINISTRATOR');
  }
}
