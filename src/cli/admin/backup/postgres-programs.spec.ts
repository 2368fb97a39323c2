import { connectionEnvironment } from './postgres-programs.js';

describe('connectionEnvironment', () => {
  it.each([
    {
      url: 'postgres://ada:p%40ss%2Fword@db.example.com:6543/my%20posts?sslmode=verify-full&sslrootcert=/ca.pem',
      expected: {
        PGHOST: 'db.example.com',
        PGPORT: '6543',
        PGUSER: 'ada',
        PGPASSWORD: 'p@ss/word',
        PGDATABASE: 'my posts',
        PGSSLMODE: 'verify-full',
        PGSSLROOTCERT: '/ca.pem',
      },
    },
    {
      url: 'postgres://ada@[::1]/posts?sslmode=no-verify&application_name=x',
      expected: { PGHOST: '::1', PGUSER: 'ada', PGDATABASE: 'posts', PGSSLMODE: 'require' },
    },
    {
      url: 'postgresql:///posts?host=/var/run/postgresql',
      expected: { PGDATABASE: 'posts', PGHOST: '/var/run/postgresql' },
    },
  ])('says to libpq what $url says to node-postgres', ({ url, expected }) => {
    expect(connectionEnvironment(url)).toEqual(expected);
  });
});
