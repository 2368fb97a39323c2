import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';

/**
 * A real better-auth server with its JWT plugin, as another program would run it. Addresses that begin with `verified`
 * are verified from the start, as if their owners had followed a link.
 */
const port = Number(process.env.PORT);
const baseURL = `http://127.0.0.1:${port}`;

const auth = betterAuth({
  baseURL,
  secret: 'a-secret-of-the-outside-issuer-0123456789',
  database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
  emailAndPassword: { enabled: true },
  plugins: [jwt()],
  telemetry: { enabled: false },
  databaseHooks: {
    user: {
      create: { before: async (user) => ({ data: { ...user, emailVerified: user.email.startsWith('verified') } }) },
    },
  },
});

createServer(toNodeHandler(auth)).listen(port, '127.0.0.1', () => console.log('listening'));
