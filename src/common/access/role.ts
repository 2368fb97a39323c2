/** What an account may do, from least to most; `editor` may change every post, `admin` everything. */
export const ROLES = ['user', 'editor', 'admin'] as const;

export type Role = (typeof ROLES)[number];
