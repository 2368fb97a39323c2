import { testSettings } from '../../../test/support/test-settings.js';
import { Keyring } from '../../core/keys/keyring.js';
import { DashboardCookie } from './dashboard-cookie.js';

const SESSION = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';
const BEGAN = Date.parse('2026-03-02T08:00:00Z');
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];

describe('DashboardCookie', () => {
  let seconds = 0;
  const clock = { now: () => new Date(BEGAN + seconds * 1_000) };
  const settings = testSettings('postgres://localhost/x');
  const cookie = new DashboardCookie(new Keyring(settings), settings, clock);

  beforeEach(() => void (seconds = 0));

  /** As a browser sends it. */
  const issued = (): string => cookie.issue(SESSION).split(';', 1)[0] ?? '';

  it('names its session for a quarter of an hour', () => {
    const value = issued();
    expect(cookie.read(value)).toBe(SESSION);
    seconds = 899;
    expect(cookie.read(value)).toBe(SESSION);
    seconds = 900;
    expect(cookie.read(value)).toBeUndefined();
  });

  it('is taken in the one spelling in which it was issued', () => {
    const value = issued();
    const spellings = LETTERS.map((letter) => value.slice(0, -1) + letter);
    expect(spellings.filter((spelling) => cookie.read(spelling) !== undefined)).toEqual([value]);
  });

  it.each([
    { name: 'none', header: undefined },
    { name: 'an empty one', header: 'broadsheet_queues=' },
    { name: 'two', header: `${issued()}; ${issued()}` },
    { name: 'one of another session', header: issued().replace('01970f3e', '01970f3f') },
    { name: 'one that lives longer', header: issued().replace(/\.(\d)/, '.9') },
  ])('says nothing of $name', ({ header }) => {
    expect(cookie.read(header)).toBeUndefined();
  });
});
