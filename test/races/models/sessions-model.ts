import * as fc from 'fast-check';
import type { Person } from '../../support/people.js';
import { signIn } from '../../support/people.js';
import type { TestApi } from '../../support/test-api.js';

const AUTH = '/api/v1/auth';
/** Seconds, as the settings have it. */
const GRACE = 10;

interface ModelSession {
  generation: number;
  refreshedAt: number;
  isLive: boolean;
}

export interface SessionsModel {
  sessions: ModelSession[];
  /** Seconds that the clock was turned forward. */
  now: number;
  thefts: number;
}

export interface RealSessions {
  api: TestApi;
  owner: Person;
  /** Of each session: its refresh tokens by generation, and an access token. */
  held: { tokens: string[]; access: string }[];
}

type Command = fc.AsyncCommand<SessionsModel, RealSessions>;

class SignIn implements Command {
  check = (): boolean => true;

  async run(model: SessionsModel, { api, owner, held }: RealSessions): Promise<void> {
    const { accessToken, refreshToken } = await signIn(api, owner.username);
    held.push({ tokens: [refreshToken], access: accessToken });
    model.sessions.push({ generation: 0, refreshedAt: model.now, isLive: true });
  }

  toString = (): string => 'signIn()';
}

abstract class OnSession implements Command {
  constructor(protected readonly index: number) {}

  check = ({ sessions }: SessionsModel): boolean => sessions.length > 0;

  async run(model: SessionsModel, real: RealSessions): Promise<void> {
    const at = this.index % model.sessions.length;
    const [session, held] = [model.sessions[at], real.held[at]];
    if (session && held) await this.act(session, held, model, real);
  }

  protected abstract act(
    session: ModelSession,
    held: RealSessions['held'][number],
    model: SessionsModel,
    real: RealSessions,
  ): Promise<void>;

  abstract toString(): string;
}

/** With the last token, the one before, or an older one. */
class Refresh extends OnSession {
  constructor(
    index: number,
    private readonly age: number,
  ) {
    super(index);
  }

  protected async act(
    session: ModelSession,
    held: RealSessions['held'][number],
    model: SessionsModel,
    { api }: RealSessions,
  ): Promise<void> {
    const generation = Math.max(0, session.generation - this.age);
    const age = session.generation - generation;
    const answer = await api.client().post(`${AUTH}/refresh`, { refresh_token: held.tokens[generation] });
    if (!session.isLive) {
      expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 401, code: 'INVALID_REFRESH_TOKEN' });
      return;
    }
    if (age === 0) {
      expect(answer.status).toBe(200);
      expect(held.tokens).not.toContain(answer.body.refresh_token);
      held.tokens.push(answer.body.refresh_token);
      session.generation += 1;
      session.refreshedAt = model.now;
    } else if (age === 1 && model.now - session.refreshedAt < GRACE) {
      expect({ status: answer.status, token: answer.body.refresh_token }).toEqual({
        status: 200,
        token: held.tokens[session.generation],
      });
    } else {
      expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 401, code: 'REFRESH_TOKEN_REUSED' });
      session.isLive = false;
      model.thefts += 1;
    }
  }

  toString = (): string => `refresh(${this.index}, -${this.age})`;
}

class SignOut extends OnSession {
  protected async act(
    session: ModelSession,
    { access }: RealSessions['held'][number],
    _model: SessionsModel,
    { api }: RealSessions,
  ): Promise<void> {
    const { status } = await api.client(access).post(`${AUTH}/logout`);
    expect(status).toBe(session.isLive ? 204 : 401);
    session.isLive = false;
  }

  toString = (): string => `signOut(${this.index})`;
}

class EndOthers extends OnSession {
  protected async act(
    session: ModelSession,
    { access }: RealSessions['held'][number],
    model: SessionsModel,
    { api }: RealSessions,
  ): Promise<void> {
    const { status } = await api.client(access).delete(`${AUTH}/sessions`);
    expect(status).toBe(session.isLive ? 204 : 401);
    if (session.isLive) for (const other of model.sessions) other.isLive = other === session;
  }

  toString = (): string => `endOthers(${this.index})`;
}

/** Each session by its access token, and the list that the live ones see. */
class LookAround implements Command {
  check = (): boolean => true;

  async run({ sessions }: SessionsModel, { api, held }: RealSessions): Promise<void> {
    const live = sessions.filter(({ isLive }) => isLive).length;
    for (const [index, { access }] of held.entries()) {
      const { status, body } = await api.client(access).get(`${AUTH}/sessions?limit=100`);
      expect({ index, status }).toEqual({ index, status: sessions[index]?.isLive ? 200 : 401 });
      if (status === 200) expect(body.items).toHaveLength(live);
    }
  }

  toString = (): string => 'lookAround()';
}

class Wait implements Command {
  constructor(private readonly seconds: number) {}

  check = (): boolean => true;

  async run(model: SessionsModel, { api }: RealSessions): Promise<void> {
    api.travel(this.seconds);
    model.now += this.seconds;
  }

  toString = (): string => `wait(${this.seconds} s)`;
}

export const sessionCommands = [
  fc.constant(new SignIn()),
  fc.tuple(fc.nat(3), fc.constantFrom(0, 0, 0, 1, 1, 2)).map((parts) => new Refresh(...parts)),
  fc.nat(3).map((index) => new SignOut(index)),
  fc.nat(3).map((index) => new EndOthers(index)),
  fc.constant(new LookAround()),
  // Well within the grace, or well beyond it: what the requests themselves take is real time.
  fc.constantFrom(1, 2, 20).map((seconds) => new Wait(seconds)),
];

/** Each theft was told of once. */
export async function expectTold({ thefts }: SessionsModel, { api, owner }: RealSessions): Promise<void> {
  const told = await api.database.rows(
    "SELECT id FROM outbox_events WHERE type = 'RefreshTokenReused' AND payload->>'userId' = $1",
    [owner.id],
  );
  expect(told).toHaveLength(thefts);
}
