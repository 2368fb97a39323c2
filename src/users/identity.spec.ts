import { identityKey, usernameFrom } from './identity.js';

describe('identityKey', () => {
  it.each([
    ['ada@example.com', 'Ada@EXAMPLE.com'],
    ['zo\u00EB', 'zoe\u0308'],
    ['ada', 'ａｄａ'],
    ['office', 'oﬃce'],
    ['straße', 'STRAßE'],
    ['k', '\u212A'],
  ])('takes %s and %s for one', (one, other) => {
    expect(identityKey(other)).toBe(identityKey(one));
  });

  it.each([
    ['ada@example.com', 'ada@example.org'],
    ['ada', 'adа'],
    ['a.da@example.com', 'ada@example.com'],
    ['ada+news@example.com', 'ada@example.com'],
    ['ada', 'ada '],
  ])('keeps %s and %s apart', (one, other) => {
    expect(identityKey(other)).not.toBe(identityKey(one));
  });

  it('is its own key', () => {
    const key = identityKey('ＺOË@Example.COM');
    expect(identityKey(key)).toBe(key);
  });
});

describe('usernameFrom', () => {
  it.each([
    { email: 'ada.lovelace@example.com', username: 'ada.lovelace' },
    { email: 'Ada_L-1@example.com', username: 'Ada_L-1' },
    { email: 'ada+news@example.com', username: 'adanews' },
    { email: "o'brien@example.com", username: 'obrien' },
    { email: '"a@b c"@example.com', username: 'abc' },
    { email: 'ab@example.com', username: 'abuser' },
    { email: '+@example.com', username: 'user' },
    {
      email: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11@example.com',
      username: 'user-01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
    },
    { email: `${'x'.repeat(64)}@example.com`, username: 'x'.repeat(50) },
  ])('makes $username of $email', ({ email, username }) => {
    expect(usernameFrom(email)).toBe(username);
    expect(username).toMatch(/^[A-Za-z0-9_.-]{3,50}$/);
  });

  it('keeps room for the suffix that tells two apart', () => {
    expect(usernameFrom('ada@example.com', '-4711')).toBe('ada-4711');
    expect(usernameFrom(`${'x'.repeat(64)}@example.com`, '-123456')).toBe(`${'x'.repeat(43)}-123456`);
  });
});
