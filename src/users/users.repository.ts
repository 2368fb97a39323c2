import { Injectable } from '@nestjs/common';
import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { IsNull } from 'typeorm';
import type { RowPage } from '../common/paging/page.js';
import { Conditions, escapeLike } from '../core/database/conditions.js';
import { Sql } from '../core/database/sql.js';
import { Cursors } from '../core/paging/cursors.js';
import { rowPage } from '../core/paging/row-page.js';
import type { ListUsersQuery, UserSort } from './dto/list-users.query.js';
import type { UserRow } from './dto/user.response.js';
import { identityKey } from './identity.js';
import { User } from './user.entity.js';

/** What somebody who signs in proves an identity against. */
export interface CredentialsRow {
  id: string;
  passwordHash: string | null;
  isActive: boolean;
}

/** What others need to reach the owner of an account. */
export type ContactRow = Pick<
  User,
  'id' | 'email' | 'username' | 'fullName' | 'isActive' | 'emailVerifiedAt' | 'sessionsValidFrom'
>;

export type NewUser = Pick<User, 'id' | 'email' | 'username' | 'fullName' | 'role' | 'isActive' | 'passwordHash'>;

const COLUMNS = `id, username, full_name AS "fullName", role, email, email_verified_at AS "emailVerifiedAt",
  is_active AS "isActive", created_at AS "createdAt", updated_at AS "updatedAt"`;

const BY_ID = { name: 'users.byId', text: `SELECT ${COLUMNS} FROM users WHERE id = $1 AND deleted_at IS NULL` };

const CONTACTS = {
  name: 'users.contacts',
  text: `SELECT id, email, username, full_name AS "fullName", is_active AS "isActive",
      email_verified_at AS "emailVerifiedAt", sessions_valid_from AS "sessionsValidFrom"
    FROM users WHERE id = ANY($1::uuid[]) AND deleted_at IS NULL`,
};

const CREDENTIALS = {
  name: 'users.credentials',
  text: `SELECT id, password_hash AS "passwordHash", is_active AS "isActive" FROM users
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

const ACTIVE_ADMINISTRATORS = {
  name: 'users.lockActiveAdministrators',
  text: `SELECT id FROM users WHERE role = 'admin' AND is_active AND deleted_at IS NULL ORDER BY id FOR UPDATE`,
};

const SORT_COLUMN: Record<UserSort, { column: string; cast: string; descending: boolean }> = {
  createdAt: { column: 'created_at', cast: 'timestamptz', descending: false },
  '-createdAt': { column: 'created_at', cast: 'timestamptz', descending: true },
  username: { column: 'username_key', cast: 'text', descending: false },
  '-username': { column: 'username_key', cast: 'text', descending: true },
};

/** Accounts that are not deleted. */
@Injectable()
export class UsersRepository {
  constructor(
    private readonly sql: Sql,
    private readonly cursors: Cursors,
    private readonly transactions: TransactionHost<TransactionalAdapterTypeOrm>,
  ) {}

  async byId(id: string): Promise<UserRow | undefined> {
    return this.sql.row<UserRow>(BY_ID, [id]);
  }

  /** In no particular order; those that are deleted are left out. */
  async contacts(ids: string[]): Promise<ContactRow[]> {
    return this.sql.rows<ContactRow>(CONTACTS, [ids]);
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
    const { column, cast, descending } = SORT_COLUMN[query.sort];
    const list = `users ${query.sort} ${query.q ?? ''} ${query.role ?? ''}`;
    const filter = this.filter(query);
    const total = query.count ? await this.count(filter) : undefined;

    if (query.cursor !== undefined) {
      const [sortValue, id] = this.cursors.decode(list, query.cursor);
      filter.add(
        `(${column}, id) ${descending ? '<' : '>'} (${filter.bind(sortValue)}::${cast}, ${filter.bind(id)}::uuid)`,
      );
    }
    const order = descending ? 'DESC' : 'ASC';
    const text = `SELECT ${COLUMNS} FROM users ${filter.where} ORDER BY ${column} ${order}, id ${order}
      LIMIT ${filter.bind(query.limit + 1)} OFFSET ${filter.bind(query.skip ?? 0)}`;
    const rows = await this.sql.rows<UserRow>({ name: 'users.page', text }, filter.values);

    const sortValue = (row: UserRow) =>
      column === 'created_at' ? row.createdAt.toISOString() : identityKey(row.username);
    return rowPage(rows, query, (row) => this.cursors.encode(list, [sortValue(row), row.id]), total);
  }

  /** @returns the account as an entity, locked until the transaction ends */
  async lockById(id: string): Promise<User | null> {
    return this.transactions.tx.getRepository(User).findOne({
      where: { id, deletedAt: IsNull() },
      lock: { mode: 'pessimistic_write' },
    });
  }

  async save(user: User): Promise<User> {
    return this.transactions.tx.getRepository(User).save(user);
  }

  async setPasswordHash(id: string, passwordHash: string): Promise<void> {
    await this.transactions.tx.getRepository(User).update({ id }, { passwordHash });
  }

  /** @returns whether this call verified it: not before, and still this address */
  async markEmailVerified(id: string, email: string): Promise<boolean> {
    const { affected } = await this.transactions.tx
      .getRepository(User)
      .update({ id, email, emailVerifiedAt: IsNull(), deletedAt: IsNull() }, { emailVerifiedAt: new Date() });
    return affected === 1;
  }

  /** Locked, so that two administrators who remove each other at the same time do not both succeed. */
  async lockActiveAdministrators(): Promise<string[]> {
    const rows = await this.sql.rows<{ id: string }>(ACTIVE_ADMINISTRATORS);
    return rows.map((row) => row.id);
  }

  private filter(query: ListUsersQuery): Conditions {
    const filter = new Conditions().add('deleted_at IS NULL');
    filter.when(query.role, (role) => `role = ${filter.bind(role)}`);
    filter.when(query.q, (q) => {
      const pattern = filter.bind(`%${escapeLike(identityKey(q))}%`);
      return `(username_key LIKE ${pattern} OR lower(full_name) LIKE ${pattern})`;
    });
    return filter;
  }

  private async count(filter: Conditions): Promise<number> {
    const text = `SELECT count(*)::int AS total FROM users ${filter.where}`;
    const row = await this.sql.row<{ total: number }>({ name: 'users.count', text }, filter.values);
    return row?.total ?? 0;
  }
}
