import 'reflect-metadata';
import type { Actor } from '../../common/access/actor.js';
import { createValidationPipe } from '../../core/errors/validation.pipe.js';
import { PatchUserDto, ReplaceUserDto } from './change-user.dto.js';
import { CreateUserDto } from './create-user.dto.js';
import { ListUsersQuery } from './list-users.query.js';
import { UserPageResponse, UserResponse, type UserRow } from './user.response.js';

const pipe = createValidationPipe();
const validate = async (metatype: new () => object, value: object): Promise<unknown> =>
  pipe.transform(value, { type: 'body', metatype });

const NEW = { email: 'ada@example.com', password: 'correct horse' };

describe('CreateUserDto', () => {
  it('takes address and password alone', async () => {
    expect(await validate(CreateUserDto, NEW)).toEqual(NEW);
  });

  it('takes an address alone, with which administrators invite; the service refuses others', async () => {
    expect(await validate(CreateUserDto, { email: NEW.email })).toEqual({ email: NEW.email });
  });

  it('trims the address and the name, and never the password', async () => {
    expect(
      await validate(CreateUserDto, { email: ' ada@example.com ', password: ' correct horse ', fullName: ' Ada ' }),
    ).toEqual({ email: 'ada@example.com', password: ' correct horse ', fullName: 'Ada' });
  });

  it.each([
    { fullName: null },
    { fullName: '' },
    { username: 'abc' },
    { username: 'A.b_c-9' },
    { username: 'x'.repeat(50) },
  ])('takes %j', async (fields) => {
    await expect(validate(CreateUserDto, { ...NEW, ...fields })).resolves.toMatchObject(fields);
  });

  it.each([
    { field: 'email', value: undefined, code: 'IS_STRING' },
    { field: 'email', value: null, code: 'IS_STRING' },
    { field: 'email', value: 'ada', code: 'IS_EMAIL' },
    { field: 'email', value: 'ada@', code: 'IS_EMAIL' },
    { field: 'email', value: 'ada@localhost', code: 'IS_EMAIL' },
    { field: 'email', value: 'Ada <ada@example.com>', code: 'IS_EMAIL' },
    { field: 'email', value: 'ada@example.com,bob@example.com', code: 'IS_EMAIL' },
    { field: 'email', value: 'ada@example.com\r\nBcc: bob@example.com', code: 'IS_EMAIL' },
    { field: 'email', value: 'àda@example.com', code: 'MATCHES' },
    { field: 'email', value: 'ada@exämple.com', code: 'MATCHES' },
    { field: 'email', value: '"a b"@example.com', code: 'MATCHES' },
    { field: 'email', value: '"a@b,c"@example.com', code: 'MATCHES' },
    { field: 'email', value: '"a\r\nBcc: bob@example.com"@example.com', code: 'MATCHES' },
    { field: 'email', value: ['ada@example.com'], code: 'IS_STRING' },
    { field: 'email', value: `${'x'.repeat(250)}@example.com`, code: 'MAX_LENGTH' },
    { field: 'password', value: null, code: 'IS_STRING' },
    { field: 'password', value: 12_345_678, code: 'IS_STRING' },
    { field: 'password', value: 'x'.repeat(257), code: 'MAX_LENGTH' },
    { field: 'username', value: 'ab', code: 'MIN_LENGTH' },
    { field: 'username', value: 'x'.repeat(51), code: 'MAX_LENGTH' },
    { field: 'username', value: 'ada lovelace', code: 'MATCHES' },
    { field: 'username', value: 'ada@example.com', code: 'MATCHES' },
    { field: 'username', value: 'adа-in-cyrillic', code: 'MATCHES' },
    { field: 'username', value: 'ada\n', code: 'MATCHES' },
    { field: 'username', value: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11', code: 'MATCHES' },
    { field: 'username', value: '01970F3E-6C2A-7B3E-9C55-2F4F8D1F0A11', code: 'MATCHES' },
    { field: 'username', value: null, code: expect.any(String) },
    { field: 'username', value: 12_345, code: expect.any(String) },
    { field: 'fullName', value: 'x'.repeat(101), code: 'MAX_LENGTH' },
    { field: 'fullName', value: 7, code: 'IS_STRING' },
    { field: 'role', value: 'owner', code: 'IS_IN' },
    { field: 'role', value: null, code: 'IS_IN' },
    { field: 'isActive', value: 'true', code: 'IS_BOOLEAN' },
    { field: 'isActive', value: null, code: 'IS_BOOLEAN' },
    { field: 'passwordHash', value: 'x', code: 'UNKNOWN_FIELD' },
    { field: 'emailVerified', value: true, code: 'UNKNOWN_FIELD' },
    { field: 'id', value: 'x', code: 'UNKNOWN_FIELD' },
  ])('refuses $field=$value', async ({ field, value, code }) => {
    await expect(validate(CreateUserDto, { ...NEW, [field]: value })).rejects.toMatchObject({
      errors: [{ field, code }],
    });
  });

  it('takes a username that only begins like an id', async () => {
    const username = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11x';
    await expect(validate(CreateUserDto, { ...NEW, username })).resolves.toMatchObject({ username });
  });
});

describe('PatchUserDto', () => {
  it.each([{}, { username: 'ada' }, { fullName: null }, { role: 'editor', isActive: false }])(
    'takes %j',
    async (dto) => {
      expect(await validate(PatchUserDto, dto)).toEqual(dto);
    },
  );

  it.each([
    { field: 'username', value: null },
    { field: 'email', value: 'new@example.com' },
    { field: 'password', value: 'correct horse' },
    { field: 'deletedAt', value: null },
  ])('refuses $field', async ({ field, value }) => {
    await expect(validate(PatchUserDto, { [field]: value })).rejects.toMatchObject({ errors: [{ field }] });
  });
});

describe('ReplaceUserDto', () => {
  it('needs the username', async () => {
    await expect(validate(ReplaceUserDto, { fullName: 'Ada' })).rejects.toMatchObject({
      errors: [{ field: 'username' }],
    });
    await expect(validate(ReplaceUserDto, { username: 'ada' })).resolves.toEqual({ username: 'ada' });
  });
});

describe('ListUsersQuery', () => {
  it('shows the newest first where nothing else is asked for', async () => {
    expect(await validate(ListUsersQuery, {})).toEqual({ limit: 20, sort: '-createdAt', deleted: false });
  });

  it.each([
    { field: 'sort', value: 'password_hash' },
    { field: 'sort', value: 'createdAt; DROP TABLE users' },
    { field: 'sort', value: 'toString' },
    { field: 'deleted', value: 'yes' },
    { field: 'deleted', value: '' },
    { field: 'role', value: 'owner' },
    { field: 'q', value: '' },
    { field: 'q', value: 'x'.repeat(101) },
    { field: 'q', value: ['a', 'b'] },
  ])('refuses $field=$value', async ({ field, value }) => {
    await expect(validate(ListUsersQuery, { [field]: value })).rejects.toMatchObject({ errors: [{ field }] });
  });
});

const viewer = (id: string, role: Actor['role']): Actor => ({ id, role, emailVerified: true, sessionId: 's' });

describe('UserResponse', () => {
  const row: UserRow = {
    id: 'ada',
    username: 'ada.lovelace',
    fullName: null,
    role: 'user',
    email: 'ada@example.com',
    emailVerifiedAt: null,
    isActive: true,
    createdAt: new Date('2026-03-01T09:30:00Z'),
    updatedAt: new Date('2026-03-01T09:30:00Z'),
  };
  const PUBLIC = ['createdAt', 'fullName', 'id', 'role', 'updatedAt', 'username'];
  const PRIVATE = ['email', 'emailVerified', 'isActive'];

  it.each([
    { who: 'a stranger', as: viewer('bob', 'user'), members: PUBLIC },
    { who: 'an editor', as: viewer('bob', 'editor'), members: PUBLIC },
    { who: 'the owner', as: viewer('ada', 'user'), members: [...PUBLIC, ...PRIVATE] },
    { who: 'an administrator', as: viewer('root', 'admin'), members: [...PUBLIC, ...PRIVATE] },
  ])('shows $who these members and no other, whatever the row has', ({ as, members }) => {
    const fullRow = { ...row, passwordHash: 'v1:hash', usernameKey: 'ada.lovelace', deletedAt: null };
    expect(Object.keys(UserResponse.from(fullRow, as)).sort()).toEqual([...members].sort());
  });

  it.each([
    { emailVerifiedAt: null, emailVerified: false },
    { emailVerifiedAt: new Date(), emailVerified: true },
  ])('says whether the address is verified: $emailVerified', ({ emailVerifiedAt, emailVerified }) => {
    expect(UserResponse.privateFrom({ ...row, emailVerifiedAt })).toMatchObject({ emailVerified });
  });

  it('decides for each row of a page by itself', () => {
    const page = { limit: 2, hasMore: false, nextCursor: null };
    const response = UserPageResponse.from(
      { rows: [row, { ...row, id: 'bob' }], page, previousCursor: null },
      viewer('ada', 'user'),
    );
    expect(response.page).toEqual(page);
    expect(response.items.map((item) => 'email' in item)).toEqual([true, false]);
  });
});
