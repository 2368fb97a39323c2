import type { Role } from '../access/role.js';

export interface DemoAccount {
  id: string;
  email: string;
  username: string;
  fullName: string;
  role: Role;
}

/** The same for all three; shown at the start and on the pages, and only ever used with the embedded database. */
export const DEMO_PASSWORD = 'broadsheet demo';

/** One account of each role, with ids that never change, so that examples and tests can name them. */
export const DEMO_ACCOUNTS: Record<Role, DemoAccount> = {
  admin: {
    id: '01970000-0000-7000-8000-00000000000a',
    email: 'admin@example.com',
    username: 'admin',
    fullName: 'Ines Amador',
    role: 'admin',
  },
  editor: {
    id: '01970000-0000-7000-8000-00000000000e',
    email: 'editor@example.com',
    username: 'editor',
    fullName: 'Emil Dietrich',
    role: 'editor',
  },
  user: {
    id: '01970000-0000-7000-8000-000000000005',
    email: 'user@example.com',
    username: 'user',
    fullName: 'Uma Serrano',
    role: 'user',
  },
};
