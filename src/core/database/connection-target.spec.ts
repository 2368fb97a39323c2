import { connectionTarget } from './connection-target.js';

const PLAIN = 'postgres://ada:p%40ss@db.example.com:5432/broadsheet';

describe('connectionTarget', () => {
  it('leaves an address without parameters as it is', () => {
    expect(connectionTarget(PLAIN)).toEqual({ connectionString: PLAIN, enableChannelBinding: false });
  });

  it('reads what Neon gives out', () => {
    const query = 'sslmode=require&channel_binding=require&options=endpoint%3Dquiet-sea-1';
    expect(connectionTarget(`${PLAIN}?${query}`)).toEqual({
      connectionString: `${PLAIN}?sslmode=verify-full&channel_binding=require`,
      options: 'endpoint=quiet-sea-1',
      enableChannelBinding: true,
    });
  });

  it.each([
    ['disable', 'disable'],
    ['no-verify', 'no-verify'],
    ['prefer', 'verify-full'],
    ['require', 'verify-full'],
    ['verify-ca', 'verify-full'],
    ['verify-full', 'verify-full'],
    ['require&uselibpqcompat=true', 'require&uselibpqcompat=true'],
    ['require&sslrootcert=system', 'verify-full'],
  ])('takes sslmode=%s for %s', (given, meant) => {
    expect(connectionTarget(`${PLAIN}?sslmode=${given}`).connectionString).toBe(`${PLAIN}?sslmode=${meant}`);
  });

  it('binds no channel unless it is asked to', () => {
    expect(connectionTarget(`${PLAIN}?channel_binding=disable`).enableChannelBinding).toBe(false);
    expect(connectionTarget(`${PLAIN}?channel_binding=prefer`).enableChannelBinding).toBe(true);
  });
});
