import { networkKey } from './network-key.js';

describe('networkKey', () => {
  it.each([
    { address: '203.0.113.7', key: '203.0.113.7' },
    { address: '::ffff:203.0.113.7', key: '203.0.113.7' },
    { address: '::FFFF:203.0.113.7', key: '203.0.113.7' },
    { address: '2001:db8:1:2:3:4:5:6', key: '2001:db8:1:2::/64' },
    { address: '2001:0DB8:0001:0002::1', key: '2001:db8:1:2::/64' },
    { address: '2001:db8:1::ffff:1', key: '2001:db8:1:0::/64' },
    { address: '2001:db8::', key: '2001:db8:0:0::/64' },
    { address: '::1', key: '0:0:0:0::/64' },
    { address: '::', key: '0:0:0:0::/64' },
    { address: 'fe80::1%eth0', key: 'fe80:0:0:0::/64' },
    { address: '64:ff9b::203.0.113.7', key: '64:ff9b:0:0::/64' },
    { address: 'unknown', key: 'unknown' },
  ])('counts $address as $key', ({ address, key }) => {
    expect(networkKey(address)).toBe(key);
  });

  it('counts all addresses of a /64 together, and those of the next one apart', () => {
    expect(networkKey('2001:db8:1:2:aaaa::1')).toBe(networkKey('2001:db8:1:2:bbbb::2'));
    expect(networkKey('2001:db8:1:2::1')).not.toBe(networkKey('2001:db8:1:3::1'));
  });
});
