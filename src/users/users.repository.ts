import { Injectable } from '@nestjs/common';
import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { IsNull, Not } from 'typeorm';
import type { RowPage } from '../common/paging/page.js';
import { Conditions, escapeLike } from '../core/database/conditions.js';
import { Sql } from '../core/database/sql.js';
import { KeysetPager, type KeysetOrder } from '../core/paging/keyset-pager.js';
import type { ListUsersQuery, UserSort } from './dto/list-users.query.js';
import type { UserRow } from './dto/user.response.js';
import { identityKey } from './identity.js';
import { userColumns } from './user-columns.js';
import { User } from './user.entity.js';

/** What somebody who signs in proves an identity against. */
export interface CredentialsRow {
  id: string;
  email: string;
  username: string;
  emailVerified: boolean;
  passwordHash: string | null;
  isActive: boolean;
  credentialsChangedAt: Date;
}

/** What others need to reach the owner of an account. */
export type ContactRow = Pick<
  User,
  | 'id'
  | 'email'
  | 'pendingEmail'
  | 'username'
  | 'fullName'
  | 'isActive'
  | 'emailVerifiedAt'
  | 'credentialsChangedAt'
  | 'deletedAt'
  | 'role'
>;

export type NewUser = Pick<User, 'id' | 'email' | 'username' | 'fullName' | 'role' | 'isActive' | 'passwordHash'>;

const COLUMNS = userColumns();

const BY_ID = { name: 'users.byId', text: `SELECT ${COLUMNS} FROM users WHERE id = $1 AND deleted_at IS NULL` };

const CONTACT_COLUMNS = `id, email, pending_email AS "pendingEmail", username, full_name AS "fullName",
  is_active AS "isActive", email_verified_at AS "emailVerifiedAt", credentials_changed_at AS "credentialsChangedAt",
  deleted_at AS "deletedAt", role`;

const CONTACTS = { name: 'users.contacts', text: `SELECT ${CONTACT_COLUMNS} FROM users WHERE id = ANY($1::uuid[])` };

const CONTACT_BY_EMAIL = {
  name: 'users.contactByEmail',
  text: `SELECT ${CONTACT_COLUMNS} FROM users WHERE email_key = $1 AND deleted_at IS NULL`,
};

const CREDENTIALS = {
  name: 'users.credentials',
  text: `SELECT id, email, username, email_verified_at IS NOT NULL AS "emailVerified", password_hash AS "passwordHash",
      is_active AS "isActive", credentials_changed_at AS "credentialsChangedAt" FROM users
    WHERE (email_key = $1 OR username_key = $1) AND deleted_at IS NULL
    ORDER BY (email_key = $1) DESC LIMIT 1`,
};

// A taken username makes no row, so that another can be tried in the same transaction; a taken address is an error.
const INSERT = {
  name: 'users.insert',
  text: `INSERT INTO users (id, email, email_key, username, username_key, full_name, role, is_active, password_hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (username_key) WHERE deleted_at IS NULL DO NOTHING
    RETURNING ${COLUMNS}`,
};

// Not FOR UPDATE, which keeps off every row that comes to refer to an account, such as a session, and ends in deadlocks.
const ROW_LOCK = { mode: 'for_no_key_update' } as const;

// One for all of them, not one for each: who changes one has locked it already, and would wait for who changes another.
const LOCK_ADMINISTRATORS = {
  name: 'users.lockAdministrators',
  text: `SELECT pg_advisory_xact_lock(hashtextextended('administrators', 0))`,
};
// After that, as a statement sees what was committed when it began.
const ACTIVE_ADMINISTRATORS = {
  name: 'users.activeAdministrators',
  text: `SELECT id FROM users WHERE role = 'admin' AND is_active AND deleted_at IS NULL`,
};

const PURGE = {
  name: 'users.purge',
  text: `DELETE FROM users WHERE id IN (
      SELECT id FROM users WHERE deleted_at < $1 ORDER BY deleted_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
    ) RETURNING id`,
};

const BY_CREATION = {
  column: 'created_at',
  type: 'timestamptz',
  valueOf: (row: UserRow) => row.createdAt.toISOString(),
} as const;
const BY_USERNAME = {
  column: 'username_key',
  type: 'text',
  valueOf: (row: UserRow) => identityKey(row.username),
} as const;

const ORDERS: Record<UserSort, KeysetOrder<UserRow>> = {
  createdAt: { ...BY_CREATION, descending: false },
  '-createdAt': { ...BY_CREATION, descending: true },
  username: { ...BY_USERNAME, descending: false },
  '-username': { ...BY_USERNAME, descending: true },
};

/** Accounts that are not deleted. */
@Injectable()
export class UsersRepository {
  constructor(
    private readonly sql: Sql,
    private readonly pager: KeysetPager,
    private readonly transactions: TransactionHost<TransactionalAdapterTypeOrm>,
  ) {}

  async byId(id: string): Promise<UserRow | undefined> {
    return this.sql.row<UserRow>(BY_ID, [id]);
  }

  /** In no particular order; those that are deleted are among them. */
  async contacts(ids: string[]): Promise<ContactRow[]> {
    return this.sql.rows<ContactRow>(CONTACTS, [ids]);
  }

  async contactByEmail(email: string): Promise<ContactRow | undefined> {
    return this.sql.row<ContactRow>(CONTACT_BY_EMAIL, [identityKey(email)]);
  }

  /** By e-mail address or username; where one account's username is another's address, the address wins. */
  async credentials(login: string): Promise<CredentialsRow | undefined> {
    return this.sql.row<CredentialsRow>(CREDENTIALS, [identityKey(login)]);
  }

  /**
   * @returns undefined when the username is taken
   * @throws the unique violation `users_email_key_unique` when the address is taken
   */
  async insert(user: NewUser): Promise<UserRow | undefined> {
    return this.sql.row<UserRow>(INSERT, [
      user.id,
      user.email,
      identityKey(user.email),
      user.username,
      identityKey(user.username),
      user.fullName,
      user.role,
      user.isActive,
      user.passwordHash,
    ]);
  }

  async page(query: ListUsersQuery): Promise<RowPage<UserRow>> {
    const { q, role, sort, deleted } = query;
    const filter = new Conditions().add(deleted ? 'deleted_at IS NOT NULL' : 'deleted_at IS NULL');
    filter.when(role, (value) => `role = ${filter.bind(value)}`);
    filter.when(q, (value) => {
      const pattern = filter.bind(`%${escapeLike(identityKey(value))}%`);
      return `(username_key LIKE ${pattern} OR lower(full_name) LIKE ${pattern})`;
    });
    const list = { name: 'users.page', columns: COLUMNS, from: 'users', id: 'id', filter, order: ORDERS[sort] };
    return this.pager.page<UserRow>({ ...list, filteredBy: [deleted, role, q] }, query);
  }

  /** @returns the account as an entity, locked until the transaction ends */
  async lockById(id: string): Promise<User | null> {
    return this.transactions.tx.getRepository(User).findOne({
      where: { id, deletedAt: IsNull() },
      lock: ROW_LOCK,
    });
  }

  /** @returns a deleted account as an entity, locked until the transaction ends */
  async lockDeletedById(id: string): Promise<User | null> {
    return this.transactions.tx.getRepository(User).findOne({
      where: { id, deletedAt: Not(IsNull()) },
      lock: ROW_LOCK,
    });
  }

  /** @throws the unique violations of address and username when one of them is taken */
  async save(user: User): Promise<User> {
    return this.transactions.tx.getRepository(User).save(user);
  }

  /** The same password under another hash: nothing else changes. */
  async rehash(id: string, passwordHash: string): Promise<void> {
    await this.transactions.tx.getRepository(User).update({ id }, { passwordHash });
  }

  /** @returns whether this call verified it: not before, and still this address */
  async markEmailVerified(id: string, email: string, now: Date): Promise<boolean> {
    const { affected } = await this.transactions.tx
      .getRepository(User)
      .update({ id, email, emailVerifiedAt: IsNull(), deletedAt: IsNull() }, { emailVerifiedAt: now });
    return affected === 1;
  }

  /** Locked, so that two administrators who remove each other at the same time do not both succeed. */
  async lockActiveAdministrators(): Promise<string[]> {
    await this.sql.rows(LOCK_ADMINISTRATORS);
    const rows = await this.sql.rows<{ id: string }>(ACTIVE_ADMINISTRATORS);
    return rows.map((row) => row.id);
  }

  /** Deletes for good, with everything that belongs to them, accounts that were deleted before. @returns how many */
  async purge(before: Date, limit: number): Promise<number> {
    const rows = await this.sql.rows(PURGE, [before, limit]);
    return rows.length;
  }
}
