import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import type { Actor } from '../common/access/actor.js';
import { AppError } from '../common/errors/app-error.js';
import type { RowPage } from '../common/paging/page.js';
import { Audit } from '../core/audit/audit.js';
import { Clock } from '../core/clock/clock.js';
import { LiveEvents } from '../core/live/live-events.js';
import { Outbox } from '../core/outbox/outbox.js';
import type { PatchUserDto, ReplaceUserDto } from './dto/change-user.dto.js';
import type { ListUsersQuery } from './dto/list-users.query.js';
import type { UserRow } from './dto/user.response.js';
import { identityKey } from './identity.js';
import type { User } from './user.entity.js';
import { RoleChanged, UserDeleted } from './users.events.js';
import { allSessionsEnded } from './users.live.js';
import { canChangeAccount, checkAdministratorFields, isAdministrator } from './users.policy.js';
import { UsersRepository, type ContactRow } from './users.repository.js';

const DAY = 86_400_000;
/** For so long an account can be restored, in milliseconds. */
const TRASH_RETENTION = 30 * DAY;
/** Accounts a statement: each takes its posts, sessions and mails along. */
const PURGE_BATCH = 50;

/** Accounts as they are seen and changed. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly outbox: Outbox,
    private readonly live: LiveEvents,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async page(actor: Actor, query: ListUsersQuery): Promise<RowPage<UserRow>> {
    if (query.deleted && !isAdministrator(actor)) throw new AppError('ROLE_REQUIRED');
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
    return contact?.deletedAt === null ? contact : undefined;
  }

  /** The same for many, in no particular order; those that are deleted are among them. */
  async contacts(ids: string[]): Promise<ContactRow[]> {
    return this.users.contacts(ids);
  }

  async contactByEmail(email: string): Promise<ContactRow | undefined> {
    return this.users.contactByEmail(email);
  }

  async replace(actor: Actor, id: string, dto: ReplaceUserDto): Promise<UserRow> {
    return this.patch(actor, id, { ...dto, fullName: dto.fullName ?? null });
  }

  @Transactional()
  async patch(actor: Actor, id: string, dto: PatchUserDto): Promise<UserRow> {
    const user = await this.lockChangeable(actor, id);
    checkAdministratorFields(actor, dto);
    const roleChanges = dto.role !== undefined && dto.role !== user.role;
    await this.keepAnAdministrator(user, { role: dto.role ?? user.role, isActive: dto.isActive ?? user.isActive });
    if (dto.username !== undefined) {
      user.username = dto.username;
      user.usernameKey = identityKey(dto.username);
    }
    if (dto.fullName !== undefined) user.fullName = dto.fullName;
    user.role = dto.role ?? user.role;
    // While it is disabled every token of its sessions is told so; once it is active again they stay ended.
    if (dto.isActive && !user.isActive) user.sessionsValidFrom = this.clock.now();
    const isShutOut = user.isActive && dto.isActive === false;
    user.isActive = dto.isActive ?? user.isActive;
    const saved = await this.users.save(user);
    await this.audit.record(roleChanges ? 'role.changed' : 'account.changed', { subjectId: id });
    if (roleChanges) await this.outbox.record(new RoleChanged(id));
    if (isShutOut) await this.live.record(allSessionsEnded(id));
    return saved;
  }

  /** Into the trash: the address and the username are free again at once, the posts disappear with the account. */
  @Transactional()
  async remove(actor: Actor, id: string): Promise<void> {
    const user = await this.lockChangeable(actor, id);
    await this.keepAnAdministrator(user, { role: user.role, isActive: false });
    user.deletedAt = this.clock.now();
    user.sessionsValidFrom = user.deletedAt;
    await this.users.save(user);
    await this.audit.record('account.deleted', { subjectId: id });
    await this.outbox.record(new UserDeleted(id));
    await this.live.record(allSessionsEnded(id));
  }

  /** Out of the trash, with the posts; its sessions stay ended. */
  @Transactional()
  async restore(id: string): Promise<UserRow> {
    const user = await this.users.lockDeletedById(id);
    if (!user) throw new AppError('USER_NOT_FOUND');
    user.deletedAt = null;
    const saved = await this.users.save(user);
    await this.audit.record('account.restored', { subjectId: id });
    return saved;
  }

  /** Deletes for good the accounts that have been in the trash for too long, with their posts. */
  async purge(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - TRASH_RETENTION);
    while ((await this.users.purge(before, PURGE_BATCH)) === PURGE_BATCH);
  }

  private async lockChangeable(actor: Actor, id: string): Promise<User> {
    const user = await this.users.lockById(id);
    if (!user) throw new AppError('USER_NOT_FOUND');
    if (!canChangeAccount(actor, id)) throw new AppError('ACCOUNT_NOT_YOURS');
    return user;
  }

  private async keepAnAdministrator(user: User, next: Pick<User, 'role' | 'isActive'>): Promise<void> {
    const isOne = user.role === 'admin' && user.isActive;
    if (!isOne || (next.role === 'admin' && next.isActive)) return;
    const administrators = await this.users.lockActiveAdministrators();
    if (administrators.every((id) => id === user.id)) throw new AppError('LAST_ADMINISTRATOR');
  }
}
