import { redisAddress } from './redis-address.js';

describe('redisAddress', () => {
  it.each(['redis://localhost:6379', 'rediss://ada:p%2Cw@redis.example.com/2?family=6'])(
    'leaves %s to ioredis',
    (url) => {
      expect(redisAddress(url)).toEqual({ form: 'single', url });
    },
  );

  it('reads the Sentinels, and who is asked for', () => {
    expect(redisAddress('redis+sentinel://one:26380,two,[::1]:26381/mymaster')).toEqual({
      form: 'sentinel',
      hasTls: false,
      sentinels: [
        { host: 'one', port: 26_380 },
        { host: 'two', port: 26_379 },
        { host: '::1', port: 26_381 },
      ],
      name: 'mymaster',
      database: 0,
      credentials: {},
      sentinelCredentials: { username: undefined, password: undefined },
    });
  });

  it('tells the passwords of the server and of the Sentinels apart', () => {
    const url = 'rediss+sentinel://ada:p%40:ss@one/mymaster/3?sentinel_username=eve&sentinel_password=a%26b';
    expect(redisAddress(url)).toMatchObject({
      hasTls: true,
      database: 3,
      credentials: { username: 'ada', password: 'p@:ss' },
      sentinelCredentials: { username: 'eve', password: 'a&b' },
    });
  });

  it('reads the nodes of a Cluster', () => {
    expect(redisAddress('redis+cluster://:secret@one:7000,two/0')).toEqual({
      form: 'cluster',
      hasTls: false,
      nodes: [
        { host: 'one', port: 7_000 },
        { host: 'two', port: 6_379 },
      ],
      credentials: { password: 'secret' },
    });
  });

  it.each([
    'localhost:6379',
    'http://localhost:6379',
    'redis://one:6379,two:6379',
    'redis+sentinel://one:26379',
    'redis+sentinel://one:26379/',
    'redis+sentinel://one:26379/mymaster/x',
    'redis+sentinel://one:26379/mymaster/0/more',
    'redis+sentinel://one:26379/mymaster?password=x',
    'redis+sentinel://one:99999/mymaster',
    'redis+sentinel://one:0/mymaster',
    'redis+sentinel://one,,two/mymaster',
    'redis+sentinel://ada:%zz@one/mymaster',
    'redis+cluster://',
    'redis+cluster://one:7000/1',
    'redis+cluster://one:7000?family=6',
    'redis+cluster://a b:7000',
    'redis+other://one:7000',
  ])('refuses %s', (url) => {
    expect(redisAddress(url)).toBeUndefined();
  });
});
