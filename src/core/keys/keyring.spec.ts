import { testSettings } from '../../../test/support/test-settings.js';
import { Keyring, type KeyPurpose } from './keyring.js';

const OLD = 'old-key-of-more-than-thirty-two-bytes-0123456789';
const NEW = 'new-key-of-more-than-thirty-two-bytes-0123456789';

const keyring = (...secrets: string[]): Keyring =>
  new Keyring(testSettings('postgres://localhost/x', { SECRET_KEY: secrets.join(',') }));

describe('Keyring', () => {
  it('verifies what it signed', () => {
    const ring = keyring(OLD);
    expect(ring.verify('cursor', 'data', ring.sign('cursor', 'data'))).toBe(true);
  });

  it('makes the same signature each time, so that all processes agree', () => {
    expect(keyring(OLD).sign('cursor', 'data')).toEqual(keyring(OLD).sign('cursor', Buffer.from('data')));
  });

  it.each([16, 24, 32])('cuts a signature to %d bytes, which it verifies too', (bytes) => {
    const ring = keyring(OLD);
    const signature = ring.sign('cursor', 'data', bytes);
    expect(signature).toHaveLength(bytes);
    expect(ring.verify('cursor', 'data', signature)).toBe(true);
  });

  it.each([0, 1, 15])('refuses a signature of %d bytes, which could be guessed', (bytes) => {
    const ring = keyring(OLD);
    expect(ring.verify('cursor', 'data', ring.sign('cursor', 'data', bytes))).toBe(false);
  });

  it('refuses a signature of other data', () => {
    const ring = keyring(OLD);
    expect(ring.verify('cursor', 'other', ring.sign('cursor', 'data'))).toBe(false);
  });

  it.each([0, 15, 31])('refuses a signature whose byte %d was changed', (index) => {
    const ring = keyring(OLD);
    const signature = Buffer.from(ring.sign('cursor', 'data'));
    signature.writeUInt8(signature.readUInt8(index) ^ 1, index);
    expect(ring.verify('cursor', 'data', signature)).toBe(false);
  });

  it('keeps purposes apart', () => {
    const purposes: KeyPurpose[] = ['access-token', 'refresh-token', 'link', 'cursor', 'sign-in'];
    const ring = keyring(OLD);
    const keys = purposes.map((purpose) => ring.keysFor(purpose)[0]?.toString('hex'));
    expect(new Set(keys).size).toBe(purposes.length);
    expect(ring.verify('access-token', 'data', ring.sign('cursor', 'data'))).toBe(false);
  });

  it('never uses the secret itself as a key', () => {
    expect(keyring(OLD).keysFor('cursor')[0]).toHaveLength(32);
    expect(keyring(OLD).keysFor('cursor')[0]?.toString()).not.toContain('old-key');
  });

  describe('when the secret is exchanged', () => {
    const before = keyring(OLD);
    const during = keyring(NEW, OLD);
    const after = keyring(NEW);

    it('signs with the first and verifies with all', () => {
      expect(during.verify('cursor', 'data', before.sign('cursor', 'data'))).toBe(true);
      expect(after.verify('cursor', 'data', during.sign('cursor', 'data'))).toBe(true);
      expect(during.keysFor('cursor')).toEqual([...after.keysFor('cursor'), ...before.keysFor('cursor')]);
    });

    it('refuses what the old one signed once it is gone', () => {
      expect(after.verify('cursor', 'data', before.sign('cursor', 'data'))).toBe(false);
      expect(before.verify('cursor', 'data', during.sign('cursor', 'data'))).toBe(false);
    });
  });
});
