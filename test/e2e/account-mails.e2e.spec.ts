import { createPerson, PASSWORD, signIn, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { Answer } from '../support/test-client.js';
import { eventually } from './support/eventually.js';
import { MailSink, type ReceivedMail } from './support/mail-sink.js';
import { linkIn, mailsTo } from './support/mails.js';
import { expectProblem, refusedFields } from './support/problem.js';
import { statusesOf } from './support/statuses.js';
import { TestWorker } from './support/test-worker.js';
import { exchange } from './support/wire.js';

const AUTH = '/api/v1/auth';
const USERS = '/api/v1/users';
const ME = `${USERS}/me`;
const NEW_PASSWORD = 'battery staple correct';
const HOUR = 3_600;
const DAY = 24 * HOUR;
const HOURLY = 3;

const SUBJECTS = {
  welcome: 'Welcome to Broadsheet: please confirm your address',
  verify: 'Please confirm your address',
  invitation: 'You are invited to Broadsheet',
  'password-reset': 'Set a new password',
  'password-changed': 'Your password was changed',
  'email-change': 'Please confirm your new address',
  'email-change-notice': 'Your address is about to change',
  'email-changed': 'Your address was changed',
  'role-changed': 'Your role was changed',
  'new-sign-in': 'A sign-in from a new device',
  'refresh-reused': 'One of your sessions was ended',
  'account-locked': 'Wrong passwords for your account',
  'account-deleted': 'Your account was deleted',
};

type Kind = keyof typeof SUBJECTS;

let count = 0;
let api: TestApi;
let sink: MailSink;
let worker: TestWorker;

const unique = (): string => `person.${(count += 1)}`;

/** Everything that is owed has been sent, so that what is not there will not come. */
const settled = async (): Promise<void> => {
  await eventually('all mails to be sent', async () => {
    const rows = await api.database.rows(
      `SELECT 1 FROM outbox_events WHERE state <> 'done' UNION ALL SELECT 1 FROM emails WHERE state IN ('pending', 'sending')`,
    );
    return rows.length === 0 || undefined;
  });
};

const mailsOf = (address: string, kind: Kind): ReceivedMail[] =>
  sink.to(address).filter(({ content }) => content.subject === SUBJECTS[kind]);

/** The last mail of a kind, once there are so many. */
const received = async (address: string, kind: Kind, atLeast = 1): Promise<ReceivedMail> =>
  eventually(`mail ${kind} to ${address}`, async () => {
    const mails = mailsOf(address, kind);
    return mails.length >= atLeast ? mails.at(-1) : undefined;
  });

const tokenOf = ({ content }: ReceivedMail): string => linkIn(content.text ?? '').searchParams.get('token') ?? '';

const post = async (path: string, body: unknown, headers?: Record<string, string>): Promise<Answer> =>
  api.client().post(`${AUTH}/${path}`, body, { headers });

const verify = async (token: string): Promise<Answer> => post('email/verify', { token });
const reset = async (token: string, password = NEW_PASSWORD): Promise<Answer> =>
  post('password/reset', { token, password });
const logIn = async (username: string, password: string, headers?: Record<string, string>): Promise<Answer> =>
  post('login', { username, password }, headers);

const person = async (role?: 'admin'): Promise<Person> => createPerson(api, unique(), role);

const welcomeToken = async ({ email }: Person): Promise<string> => tokenOf(await received(email, 'welcome'));

const resetToken = async ({ email }: Pick<Person, 'email'>, atLeast = 1): Promise<string> => {
  expect((await post('password/forgot', { email })).status).toBe(202);
  return tokenOf(await received(email, 'password-reset', atLeast));
};

const requestChange = async ({ client }: Person, email: string): Promise<void> => {
  expect((await client.post(`${AUTH}/email/change`, { email, password: PASSWORD })).status).toBe(202);
};

const changeToken = async (owner: Person, email: string): Promise<string> => {
  await requestChange(owner, email);
  return tokenOf(await received(email, 'email-change'));
};

const changePassword = async ({ client }: Person): Promise<void> => {
  const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  expect((await client.post(`${AUTH}/password/change`, body)).status).toBe(204);
};

/** Who was invited, with the token of the mail. */
const invited = async (): Promise<{ email: string; username: string; token: string }> => {
  const admin = await person('admin');
  const username = unique();
  const email = `${username}@example.com`;
  expect((await admin.client.post(USERS, { email, username })).status).toBe(201);
  return { email, username, token: tokenOf(await received(email, 'invitation')) };
};

const own = async ({ client }: Person): Promise<{ email: string; emailVerified: boolean }> =>
  (await client.get(ME)).body;

const start = async (overrides: NodeJS.ProcessEnv = {}): Promise<void> => {
  api = await TestApi.start(overrides);
  sink = await MailSink.start();
  worker = await TestWorker.start(api, { ...overrides, SMTP_URL: sink.url });
};

const stop = async (): Promise<void> => {
  await worker.stop();
  await api.stop();
  await sink.stop();
};

const putOff = async (address: string): Promise<void> => {
  await eventually(
    `a mail to ${address} that was put off`,
    async () =>
      (await mailsTo(api, address)).some(({ state, tries }) => state === 'pending' && tries === 1) || undefined,
  );
};

const sendNow = async (address: string): Promise<void> => {
  sink.accept(address);
  await api.database.rows(
    `UPDATE emails SET next_try_at = now() - interval '1 hour' WHERE to_address = $1 AND state = 'pending'`,
    [address],
  );
  await worker.sweep();
  await settled();
};

/** What an answer says, without what differs from request to request. */
const essence = ({ status, text, headers }: Answer): object => ({ status, text, headers: [...headers.keys()] });

const expectWorks = async (ttl: number, use: Promise<Answer>): Promise<void> =>
  expect({ ttl, status: (await use).status }).toEqual({ ttl, status: 204 });

describe('mails of an account', () => {
  beforeAll(() => start());
  afterAll(() => stop());

  describe('asking for the verification mail again', () => {
    it('sends another link that works', async () => {
      const ada = await person();
      expect(await post('email/resend', { email: ada.email })).toMatchObject({ status: 202, text: '' });
      const token = tokenOf(await received(ada.email, 'verify'));
      expect((await own(ada)).emailVerified).toBe(false);
      expect((await verify(token)).status).toBe(204);
      expect((await own(ada)).emailVerified).toBe(true);
    });

    it('makes the link of the welcome mail void once it was used, and the other way round', async () => {
      const ada = await person();
      const first = await welcomeToken(ada);
      await post('email/resend', { email: ada.email });
      const second = tokenOf(await received(ada.email, 'verify'));
      expect((await verify(first)).status).toBe(204);
      for (const token of [first, second]) expectProblem(await verify(token), 400, 'LINK_TOKEN_INVALID');
    });

    it('sends nothing to an address that is verified, unknown or of a deleted account', async () => {
      const [verified, leaver] = [await person(), await person()];
      await verify(await welcomeToken(verified));
      await leaver.client.delete(ME);
      for (const email of [verified.email, leaver.email, 'unknown@example.com'])
        expect((await post('email/resend', { email })).status).toBe(202);
      await settled();
      for (const email of [verified.email, leaver.email]) expect(mailsOf(email, 'verify')).toEqual([]);
      expect(sink.tried).not.toContain('unknown@example.com');
    });
  });

  describe('a forgotten password', () => {
    it('is replaced through the link, which ends every session, verifies the address and tells the owner', async () => {
      const ada = await person();
      const elsewhere = await signIn(api, ada.username);
      const token = await resetToken(ada);
      expect(await reset(token)).toMatchObject({ status: 204, text: '' });

      for (const session of [ada, elsewhere]) {
        expectProblem(await session.client.get(ME), 401, 'INVALID_TOKEN');
        const refresh = await post('refresh', { refresh_token: session.refreshToken });
        expectProblem(refresh, 401, 'INVALID_REFRESH_TOKEN');
      }
      expectProblem(await logIn(ada.username, PASSWORD), 401, 'INVALID_CREDENTIALS');
      const login = await logIn(ada.username, NEW_PASSWORD);
      expect(login.status).toBe(200);
      expect((await api.client(login.body.access_token).get(ME)).body.emailVerified).toBe(true);
      const notice = await received(ada.email, 'password-changed');
      expect(notice.content.text).not.toContain('http');
    });

    it('leaves the link usable when the new password is refused', async () => {
      const ada = await person();
      const token = await resetToken(ada);
      for (const password of ['short', 'password123', ada.email, ada.username, 'p'.repeat(257)]) {
        const answer = await reset(token, password);
        expectProblem(answer, 422, 'VALIDATION_FAILED');
        expect(refusedFields(answer)).toEqual(['password']);
      }
      expect((await ada.client.get(ME)).status).toBe(200);
      expect((await reset(token)).status).toBe(204);
    });

    it('sends nothing to a disabled, deleted or unknown account', async () => {
      const [disabled, leaver] = [await person(), await person()];
      await api.database.rows('UPDATE users SET is_active = false WHERE id = $1', [disabled.id]);
      await leaver.client.delete(ME);
      for (const email of [disabled.email, leaver.email, 'nobody@example.com'])
        expect((await post('password/forgot', { email })).status).toBe(202);
      await settled();
      for (const email of [disabled.email, leaver.email]) expect(mailsOf(email, 'password-reset')).toEqual([]);
      expect(sink.tried).not.toContain('nobody@example.com');
    });
  });

  describe('changing the password', () => {
    it('keeps this session, ends the others and tells the owner', async () => {
      const ada = await person();
      const elsewhere = await signIn(api, ada.username);
      await changePassword(ada);
      expect((await ada.client.get(ME)).status).toBe(200);
      expect((await post('refresh', { refresh_token: ada.refreshToken })).status).toBe(200);
      expectProblem(await elsewhere.client.get(ME), 401, 'INVALID_TOKEN');
      expectProblem(await post('refresh', { refresh_token: elsewhere.refreshToken }), 401, 'INVALID_REFRESH_TOKEN');
      expectProblem(await logIn(ada.username, PASSWORD), 401, 'INVALID_CREDENTIALS');
      expect((await logIn(ada.username, NEW_PASSWORD)).status).toBe(200);
      await received(ada.email, 'password-changed');
    });

    it('asks for the present password, and changes nothing without it', async () => {
      const ada = await person();
      const body = { currentPassword: 'wrong horse battery', newPassword: NEW_PASSWORD };
      expectProblem(await ada.client.post(`${AUTH}/password/change`, body), 403, 'WRONG_PASSWORD');
      const weak = await ada.client.post(`${AUTH}/password/change`, {
        currentPassword: PASSWORD,
        newPassword: 'short',
      });
      expectProblem(weak, 422, 'VALIDATION_FAILED');
      expect(refusedFields(weak)).toEqual(['newPassword']);
      expect((await logIn(ada.username, PASSWORD)).status).toBe(200);
      await settled();
      expect(mailsOf(ada.email, 'password-changed')).toEqual([]);
    });
  });

  describe('changing the address', () => {
    it('waits for the new address to confirm, and tells the old one before and after', async () => {
      const ada = await person();
      const next = `${unique()}@example.com`;
      const token = await changeToken(ada, next);
      const notice = await received(ada.email, 'email-change-notice');
      expect(notice.content.text).toContain(next);
      expect(notice.content.text).not.toContain('http');
      expect(await own(ada)).toMatchObject({ email: ada.email });
      expectProblem(await logIn(next, PASSWORD), 401, 'INVALID_CREDENTIALS');

      expect((await verify(token)).status).toBe(204);
      expect(await own(ada)).toMatchObject({ email: next, emailVerified: true });
      expect((await logIn(next, PASSWORD)).status).toBe(200);
      expectProblem(await logIn(ada.email, PASSWORD), 401, 'INVALID_CREDENTIALS');
      await received(ada.email, 'email-changed');
      await settled();
      expect(mailsOf(next, 'email-changed')).toEqual([]);
      // The old address is free again.
      const successor = { email: ada.email, username: unique(), password: PASSWORD };
      expect((await api.client().post(USERS, successor)).status).toBe(201);
    });

    it('asks for the password, and mails nobody without it', async () => {
      const ada = await person();
      const next = `${unique()}@example.com`;
      const body = { email: next, password: 'wrong horse battery' };
      expectProblem(await ada.client.post(`${AUTH}/email/change`, body), 403, 'WRONG_PASSWORD');
      await settled();
      expect(sink.to(next)).toEqual([]);
      expect(mailsOf(ada.email, 'email-change-notice')).toEqual([]);
    });

    it('refuses an address that is taken, in whatever case, before or in between', async () => {
      const [ada, bob] = [await person(), await person()];
      const taken = { email: bob.email.toUpperCase(), password: PASSWORD };
      expectProblem(await ada.client.post(`${AUTH}/email/change`, taken), 409, 'EMAIL_TAKEN');
      const next = `${unique()}@example.com`;
      const token = await changeToken(ada, next);
      const other = { email: next, username: unique(), password: PASSWORD };
      expect((await api.client().post(USERS, other)).status).toBe(201);
      expectProblem(await verify(token), 409, 'EMAIL_TAKEN');
      expect(await own(ada)).toMatchObject({ email: ada.email });
    });

    it('confirms the address that the mail went to, and no other that was named afterwards', async () => {
      const ada = await person();
      const [mine, theirs] = [`${unique()}@example.com`, `${unique()}@example.com`];
      const token = await changeToken(ada, mine);
      await requestChange(ada, theirs);
      expectProblem(await verify(token), 400, 'LINK_TOKEN_INVALID');
      expect(await own(ada)).toMatchObject({ email: ada.email });
    });
  });

  describe('an invitation', () => {
    it('is a mail whose link sets the password and verifies the address', async () => {
      const { email, username, token } = await invited();
      expectProblem(await logIn(username, PASSWORD), 401, 'INVALID_CREDENTIALS');
      expectProblem(await logIn(username, ''), 401, 'INVALID_CREDENTIALS');
      expect((await reset(token)).status).toBe(204);
      const login = await logIn(email, NEW_PASSWORD);
      expect(login.status).toBe(200);
      expect((await api.client(login.body.access_token).get(ME)).body).toMatchObject({ email, emailVerified: true });
      expect(mailsOf(email, 'welcome')).toEqual([]);
      expectProblem(await reset(token, 'yet another password'), 400, 'LINK_TOKEN_INVALID');
    });
  });

  describe('a link', () => {
    const purposes: [string, () => Promise<() => Promise<Answer>>][] = [
      [
        'to verify',
        async () => {
          const token = await welcomeToken(await person());
          return () => verify(token);
        },
      ],
      [
        'to a new address',
        async () => {
          const token = await changeToken(await person(), `${unique()}@example.com`);
          return () => verify(token);
        },
      ],
      [
        'to a new password',
        async () => {
          const token = await resetToken(await person());
          return () => reset(token);
        },
      ],
      [
        'of an invitation',
        async () => {
          const { token } = await invited();
          return () => reset(token);
        },
      ],
    ];

    it.each(purposes)('%s works for one of twenty at once, and never again', async (_name, prepare) => {
      const use = await prepare();
      const answers = await Promise.all(Array.from({ length: 20 }, use));
      expect(statusesOf(answers)).toEqual({ 204: 1, 400: 19 });
      expectProblem(await use(), 400, 'LINK_TOKEN_INVALID');
    });

    it('is for one purpose alone', async () => {
      const ada = await person();
      const tokens = { verify: await welcomeToken(ada), reset: await resetToken(ada) };
      const change = await changeToken(await person(), `${unique()}@example.com`);
      const { token: invitation } = await invited();
      for (const token of [tokens.reset, invitation]) expectProblem(await verify(token), 400, 'LINK_TOKEN_INVALID');
      for (const token of [tokens.verify, change]) expectProblem(await reset(token), 400, 'LINK_TOKEN_INVALID');
      expect((await verify(tokens.verify)).status).toBe(204);
    });

    const voided: [string, (ada: Person) => Promise<() => Promise<Answer>>][] = [
      [
        'to verify',
        async (ada) => {
          const token = await welcomeToken(ada);
          return () => verify(token);
        },
      ],
      [
        'to a new password',
        async (ada) => {
          const token = await resetToken(ada);
          return () => reset(token, 'yet another password');
        },
      ],
      [
        'to a new address',
        async (ada) => {
          const token = await changeToken(ada, `${unique()}@example.com`);
          return () => verify(token);
        },
      ],
    ];

    it.each(voided)('%s is void after a change of the password', async (_name, prepare) => {
      const ada = await person();
      const use = await prepare(ada);
      await changePassword(ada);
      expectProblem(await use(), 400, 'LINK_TOKEN_INVALID');
    });

    it.each(voided)('%s is void after a reset', async (_name, prepare) => {
      const ada = await person();
      const use = await prepare(ada);
      const mails = mailsOf(ada.email, 'password-reset').length;
      expect((await reset(await resetToken(ada, mails + 1))).status).toBe(204);
      expectProblem(await use(), 400, 'LINK_TOKEN_INVALID');
    });

    it.each(voided)('%s is void after a change of the address', async (_name, prepare) => {
      const ada = await person();
      const use = await prepare(ada);
      expect((await verify(await changeToken(ada, `${unique()}@example.com`))).status).toBe(204);
      expectProblem(await use(), 400, 'LINK_TOKEN_INVALID');
    });

    it('is not used up by GET or HEAD, of the page or of the route', async () => {
      const ada = await person();
      const links = [
        linkIn((await received(ada.email, 'welcome')).content.text ?? ''),
        linkIn((await resetToken(ada)) && ((await received(ada.email, 'password-reset')).content.text ?? '')),
      ];
      expect(links.map(({ pathname }) => pathname)).toEqual(['/verify', '/reset']);
      for (const { pathname, search } of links)
        for (const method of ['GET', 'HEAD', 'GET'])
          expect((await api.client().request(method, pathname + search)).status).toBe(200);
      for (const route of ['email/verify', 'password/reset'])
        for (const method of ['GET', 'HEAD'])
          expect((await api.client().request(method, `${AUTH}/${route}${links[0]?.search}`)).status).toBe(405);
      expect((await own(ada)).emailVerified).toBe(false);
      const [first, second] = links.map((link) => link.searchParams.get('token') ?? '');
      expect((await verify(first ?? '')).status).toBe(204);
      expect((await reset(second ?? '')).status).toBe(204);
    });

    it('is nowhere in the database', async () => {
      const ada = await person();
      const token = await resetToken(ada);
      const rows = await api.database.rows<{ text: string }>(
        `SELECT string_agg(t::text, ' ') AS text FROM (
          SELECT e::text AS t FROM emails e UNION ALL SELECT o::text FROM outbox_events o
          UNION ALL SELECT u::text FROM users u UNION ALL SELECT a::text FROM audit_events a
        ) t`,
      );
      expect(rows[0]?.text).toContain(ada.email);
      expect(rows[0]?.text).not.toContain(token);
    });
  });

  describe('an address', () => {
    const LISTS: [string, (email: string) => unknown][] = [
      ['a list', (email) => [email]],
      ['a list of two', (email) => [email, 'thief@example.com']],
      ['an object', (email) => ({ address: email })],
      ['two in a text', (email) => `${email},thief@example.com`],
      ['one with a line break', (email) => `${email}\nBcc: thief@example.com`],
    ];

    it.each(LISTS)('given as %s is refused everywhere, and nobody gets a mail', async (_name, made) => {
      const ada = await person();
      await settled();
      const before = sink.tried.length;
      const email = made(ada.email);
      const answers = [
        await post('email/resend', { email }),
        await post('password/forgot', { email }),
        await ada.client.post(`${AUTH}/email/change`, { email, password: PASSWORD }),
        await api.client().post(USERS, { email, password: PASSWORD }),
      ];
      for (const answer of answers) {
        expectProblem(answer, 422, 'VALIDATION_FAILED');
        expect(refusedFields(answer)).toEqual(['email']);
      }
      await settled();
      expect(sink.tried.slice(before)).toEqual([]);
    });

    it('is not taken twice from one body', async () => {
      const ada = await person();
      const raw = `{"email":"${ada.email}","email":["${ada.email}","thief@example.com"]}`;
      const headers = { 'content-type': 'application/json' };
      expect([400, 422]).toContain(
        (await api.client().request('POST', `${AUTH}/password/forgot`, { raw, headers })).status,
      );
    });
  });

  describe('three mails of a kind an hour', () => {
    it.each([
      ['password/forgot', 'password-reset'],
      ['email/resend', 'verify'],
    ] as const)('are all that %s sends to an address, whatever its case, without a word', async (route, kind) => {
      const ada = await person();
      const spellings = [ada.email, ada.email.toUpperCase(), ada.email.replace('example', 'EXAMPLE')];
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => post(route, { email: spellings[index % 3] })),
      );
      expect(statusesOf(answers)).toEqual({ 202: 12 });
      await settled();
      expect(mailsOf(ada.email, kind)).toHaveLength(HOURLY);
      await post(route, { email: ada.email });
      await settled();
      expect(mailsOf(ada.email, kind)).toHaveLength(HOURLY);
    });

    it('do not keep mails of another kind, or to others, from being sent', async () => {
      const [ada, bob] = [await person(), await person()];
      for (let index = 0; index < HOURLY + 1; index += 1) await post('password/forgot', { email: ada.email });
      await settled();
      expect(mailsOf(ada.email, 'password-reset')).toHaveLength(HOURLY);
      await post('email/resend', { email: ada.email });
      await received(ada.email, 'verify');
      await resetToken(bob);
    });

    it('are all that a victim gets from those who name the address as their new one', async () => {
      const [ada, bob] = [await person(), await person()];
      const victim = `${unique()}@example.com`;
      for (const thief of [ada, bob, ada, bob, ada, bob]) await requestChange(thief, victim);
      await settled();
      expect(mailsOf(victim, 'email-change')).toHaveLength(HOURLY);
    });

    it('are all that a victim gets from one who signs up with the address and leaves, over and over', async () => {
      const victim = unique();
      for (let index = 0; index < HOURLY + 2; index += 1) {
        const thief = await createPerson(api, victim);
        await settled();
        expect((await thief.client.delete(ME)).status).toBe(204);
        await settled();
      }
      const address = `${victim}@example.com`;
      expect({
        welcome: mailsOf(address, 'welcome').length,
        deleted: mailsOf(address, 'account-deleted').length,
      }).toEqual({ welcome: HOURLY, deleted: HOURLY });
    });
  });

  describe('a stranger who asks', () => {
    it.each(['password/forgot', 'email/resend'])('learns nothing from %s', async (route) => {
      const [known, verified, disabled, leaver, spent] = await Promise.all([
        person(),
        person(),
        person(),
        person(),
        person(),
      ]);
      await verify(await welcomeToken(verified));
      await api.database.rows('UPDATE users SET is_active = false WHERE id = $1', [disabled.id]);
      await leaver.client.delete(ME);
      for (let index = 0; index < HOURLY + 1; index += 1) await post(route, { email: spent.email });
      await settled();

      const eventsOf = async () => (await api.database.rows('SELECT 1 FROM outbox_events')).length;
      const trailOf = async () => (await api.database.rows('SELECT 1 FROM audit_events')).length;
      const asked: object[] = [];
      for (const { email } of [known, verified, disabled, leaver, spent, { email: `${unique()}@example.com` }]) {
        const [events, trail] = [await eventsOf(), await trailOf()];
        const answer = await post(route, { email });
        asked.push({ ...essence(answer), events: (await eventsOf()) - events, trail: (await trailOf()) - trail });
      }
      expect(asked[0]).toMatchObject({ status: 202, text: '', events: 1 });
      for (const other of asked) expect(other).toEqual(asked[0]);
    });
  });

  describe('a notice', () => {
    const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const UPDATED = FIREFOX.replaceAll('140', '141');

    it('tells of a sign-in from a device that was not used before, and of no other', async () => {
      const username = unique();
      const address = `${username}@example.com`;
      await api.client().post(USERS, { email: address, username, password: PASSWORD });
      const signInFrom = async (agent: string) =>
        expect((await logIn(username, PASSWORD, { 'user-agent': agent })).status).toBe(200);
      await signInFrom(FIREFOX);
      await signInFrom(FIREFOX);
      await signInFrom(UPDATED);
      await settled();
      expect(mailsOf(address, 'new-sign-in')).toEqual([]);
      await signInFrom('curl/8.5.0');
      const notice = await received(address, 'new-sign-in');
      expect(notice.content.text).toContain('curl/8.5.0');
      expect(notice.content.text).toContain('127.0.0.1');
      await signInFrom('curl/8.5.0');
      await settled();
      expect(mailsOf(address, 'new-sign-in')).toHaveLength(1);
    });

    it('tells of another role, and of nothing where it stays the same', async () => {
      const [admin, ada] = [await person('admin'), await person()];
      await admin.client.patch(`${USERS}/${ada.id}`, { role: 'user', fullName: 'Ada' });
      await settled();
      expect(mailsOf(ada.email, 'role-changed')).toEqual([]);
      await admin.client.patch(`${USERS}/${ada.id}`, { role: 'editor' });
      expect((await received(ada.email, 'role-changed')).content.text).toContain('editor');
    });

    it('tells of a refresh token that was used again', async () => {
      const ada = await person();
      const first = await post('refresh', { refresh_token: ada.refreshToken });
      await post('refresh', { refresh_token: first.body.refresh_token });
      const reused = await post('refresh', { refresh_token: ada.refreshToken });
      expectProblem(reused, 401, 'REFRESH_TOKEN_REUSED');
      await received(ada.email, 'refresh-reused');
      await post('refresh', { refresh_token: ada.refreshToken });
      await settled();
      expect(mailsOf(ada.email, 'refresh-reused')).toHaveLength(1);
    });

    it('tells of wrong passwords once they lock the account, once a series', async () => {
      const ada = await person();
      api.settings.LOGIN_RATE_LIMIT = 100;
      try {
        for (let index = 0; index < 9; index += 1)
          expect((await logIn(ada.username, 'wrong horse battery')).status).toBe(401);
        await settled();
        expect(mailsOf(ada.email, 'account-locked')).toEqual([]);
        await logIn(ada.username, 'wrong horse battery');
        await received(ada.email, 'account-locked');
        expectProblem(await logIn(ada.username, 'wrong horse battery'), 429, 'TOO_MANY_ATTEMPTS');
        await settled();
        expect(mailsOf(ada.email, 'account-locked')).toHaveLength(1);
      } finally {
        api.settings.LOGIN_RATE_LIMIT = 0;
      }
    });

    it('tells of the end of an account, to its address', async () => {
      const ada = await person();
      await settled();
      expect((await ada.client.delete(ME)).status).toBe(204);
      await received(ada.email, 'account-deleted');
      await settled();
      expect(sink.to(ada.email).map(({ content }) => content.subject)).toEqual([
        SUBJECTS.welcome,
        SUBJECTS['account-deleted'],
      ]);
    });

    it('has neither a link with a token nor a password in it', async () => {
      const ada = await person();
      await changePassword(ada);
      await received(ada.email, 'password-changed');
      for (const kind of ['password-changed', 'email-changed', 'role-changed', 'new-sign-in'] as const)
        for (const { content } of sink.mails.filter((mail) => mail.content.subject === SUBJECTS[kind]))
          for (const secret of ['token=', PASSWORD, NEW_PASSWORD, ada.accessToken, ada.refreshToken])
            expect(`${content.text}${content.html}`).not.toContain(secret);
    });
  });
});

describe('links, where every host and proxy is trusted', () => {
  beforeAll(() =>
    start({ ALLOWED_HOSTS: '*', TRUSTED_PROXIES: '127.0.0.1', PUBLIC_URL: 'https://press.test', FORCE_HTTPS: 'off' }),
  );
  afterAll(() => stop());

  it('lead to PUBLIC_URL, whatever the request says of its host', async () => {
    const username = unique();
    const email = `${username}@example.com`;
    const forged = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '8080',
      forwarded: 'host=evil.example;proto=http',
      'x-original-host': 'evil.example',
      origin: 'https://evil.example',
      referer: 'https://evil.example/',
    };
    const signUp = await api.client().post(USERS, { email, username, password: PASSWORD }, { headers: forged });
    expect(signUp.status).toBe(201);
    await post('password/forgot', { email }, forged);

    const body = JSON.stringify({ email });
    const raw = [
      `POST ${AUTH}/email/resend HTTP/1.1`,
      'Host: evil.example',
      'X-Forwarded-Host: evil.example',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n');
    expect((await exchange(api.url, raw)).status).toBe(202);

    for (const [kind, path] of [
      ['welcome', '/verify'],
      ['password-reset', '/reset'],
      ['verify', '/verify'],
    ] as const) {
      const { content } = await received(email, kind);
      const link = linkIn(content.text ?? '');
      expect(link.origin + link.pathname).toBe(`https://press.test${path}`);
      expect(`${content.text}${content.html}`).not.toContain('evil');
    }
  });
});

describe('a link that nobody used in time', () => {
  beforeAll(() => start());
  afterAll(() => stop());

  it('is void: a reset after an hour, a verification after a day, an invitation after a week', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => person()));
    const [early, late, changer, lateChanger] = people as [Person, Person, Person, Person];
    const resets = [await resetToken(early), await resetToken(late)];
    const verifications = [await welcomeToken(early), await welcomeToken(late)];
    const changes = [
      await changeToken(changer, `${unique()}@example.com`),
      await changeToken(lateChanger, `${unique()}@example.com`),
    ];
    const invitations = [(await invited()).token, (await invited()).token];
    // A reset makes the verification void, too: these belong to others.
    const others = [await person(), await person()] as const;
    const separate = [await welcomeToken(others[0]), await welcomeToken(others[1])];
    expect(verifications.every(Boolean)).toBe(true);

    const cases: [number, string[], (token: string) => Promise<Answer>][] = [
      [HOUR, resets, (token) => reset(token)],
      [DAY, separate, verify],
      [DAY, changes, verify],
      [7 * DAY, invitations, (token) => reset(token)],
    ];
    let passed = 0;
    for (const [ttl, [inTime = '', tooLate = ''], use] of cases) {
      // A minute of margin for the test itself.
      if (passed < ttl - 60) {
        api.travel(ttl - 60 - passed);
        passed = ttl - 60;
        await expectWorks(ttl, use(inTime));
      }
      api.travel(ttl + 1 - passed);
      passed = ttl + 1;
      expectProblem(await use(tooLate), 400, 'LINK_TOKEN_INVALID');
    }
  });
});

describe('a mail that the mail server put off, while the account changed', () => {
  beforeAll(() => start());
  afterAll(() => stop());

  it('does not let its reader confirm another address, named later', async () => {
    const ada = await person();
    const [mine, theirs] = [`${unique()}@example.com`, `${unique()}@example.com`];
    sink.refuse(mine, 451, 'Later');
    await requestChange(ada, mine);
    await putOff(mine);
    await requestChange(ada, theirs);
    await received(theirs, 'email-change');
    await sendNow(mine);
    // Whether such a mail leaves at all is its sender's business; what it carries must not be good for the other one.
    const statuses = [];
    for (const mail of mailsOf(mine, 'email-change')) statuses.push((await verify(tokenOf(mail))).status);
    expect(statuses).not.toContain(204);
    expect(await own(ada)).toMatchObject({ email: ada.email, emailVerified: false });
  });

  it('gives the reader of a former address no link to a new password', async () => {
    const ada = await person();
    await received(ada.email, 'welcome');
    await settled();
    sink.refuse(ada.email, 451, 'Later');
    await post('password/forgot', { email: ada.email });
    await putOff(ada.email);
    const next = `${unique()}@example.com`;
    expect((await verify(await changeToken(ada, next))).status).toBe(204);
    await sendNow(ada.email);
    const statuses = [];
    for (const mail of mailsOf(ada.email, 'password-reset')) statuses.push((await reset(tokenOf(mail))).status);
    expect(statuses).not.toContain(204);
    expect((await logIn(next, PASSWORD)).status).toBe(200);
  });
});
