import { testSettings } from '../../../test/support/test-settings.js';
import { addressRules, routeRules, type RateRule, type ThrottledRequest } from './rate-rules.js';

const settings = testSettings('postgres://localhost/x', { RATE_LIMIT: '600', LOGIN_RATE_LIMIT: '5' });
const rules = [...addressRules(settings), ...routeRules(settings)];

function rule(name: string): RateRule {
  const found = rules.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`There is no rule ${name}`);
  return found;
}

const request = (members: object = {}): ThrottledRequest =>
  ({ ip: '203.0.113.7', headers: {}, ...members }) as ThrottledRequest;

const withToken = request({ headers: { authorization: 'Bearer x' } });

describe('rate rules', () => {
  it.each([
    { name: 'client', limit: 600, routes: undefined, problem: 'RATE_LIMITED' },
    { name: 'network', limit: 6_000, routes: undefined, problem: 'RATE_LIMITED' },
    { name: 'account', limit: 600, routes: undefined, problem: 'RATE_LIMITED' },
    { name: 'sign-up', limit: 60, routes: 'sign-up', problem: 'RATE_LIMITED' },
    { name: 'account-mail', limit: 30, routes: 'account-mail', problem: 'RATE_LIMITED' },
  ])('$name allows $limit a minute', ({ name, ...expected }) => {
    expect({ routes: undefined, ...rule(name) }).toMatchObject({ ...expected, window: 60 });
  });

  it('has no name twice, as hits are counted by it', () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  });

  it('leaves sign-ins, which have limits of their own in PostgreSQL, to these', () => {
    expect(rules.map(({ name }) => name)).toEqual(['client', 'network', 'account', 'sign-up', 'account-mail']);
  });

  it.each([
    { RATE_LIMIT: '0', LOGIN_RATE_LIMIT: '5', off: ['client', 'network', 'account', 'sign-up', 'account-mail'] },
    { RATE_LIMIT: '600', LOGIN_RATE_LIMIT: '0', off: [] },
  ])('switches $off off by 0', ({ off, ...limits }) => {
    const changed = testSettings('postgres://localhost/x', limits);
    const zeros = [...addressRules(changed), ...routeRules(changed)].filter(({ limit }) => limit === 0);
    expect(zeros.map(({ name }) => name)).toEqual(off);
  });

  it.each(['sign-up', 'account-mail'])('keeps at least one %s a minute where the limit is on', (called) => {
    const strict = routeRules(testSettings('postgres://localhost/x', { RATE_LIMIT: '1' }));
    expect(strict.find(({ name }) => name === called)?.limit).toBe(1);
  });

  it('counts those who show a token by network, the others as one client each, none twice', () => {
    expect(rule('client').key(request())).toBe('203.0.113.7');
    expect(rule('client').key(withToken)).toBeUndefined();
    expect(rule('network').key(request())).toBeUndefined();
    expect(rule('network').key(withToken)).toBe('203.0.113.7');
  });

  it('counts accounts where they are known', () => {
    expect(rule('account').key(request({ user: { id: 'ada' } }))).toBe('ada');
    expect(rule('account').key(request())).toBeUndefined();
  });

  it.each([
    { role: undefined, key: '203.0.113.7' },
    { role: 'user', key: '203.0.113.7' },
    { role: 'editor', key: '203.0.113.7' },
    { role: 'admin', key: undefined },
  ])('counts sign-ups by $role as $key', ({ role, key }) => {
    expect(rule('sign-up').key(request({ user: role && { role } }))).toBe(key);
  });

  it('counts what may cause mails by network, whoever asks', () => {
    expect(rule('account-mail').key(request())).toBe('203.0.113.7');
    expect(rule('account-mail').key(request({ user: { id: 'root', role: 'admin' } }))).toBe('203.0.113.7');
  });
});
