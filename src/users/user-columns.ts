/**
 * The columns of a `UserRow`.
 * @param table what their table is called in a statement that reads others too
 */
export const userColumns = (table: '' | 'u.' = ''): string =>
  `${table}id, ${table}username, ${table}full_name AS "fullName", ${table}role, ${table}email,
  ${table}email_verified_at AS "emailVerifiedAt", ${table}is_active AS "isActive", ${table}created_at AS "createdAt",
  ${table}updated_at AS "updatedAt"`;
