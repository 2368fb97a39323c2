import { canVerify, connectionEnvironment } from './postgres-programs.js';

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
    {
      url: 'postgres://ada@db.example.com/posts?sslmode=require&channel_binding=require',
      expected: {
        PGHOST: 'db.example.com',
        PGUSER: 'ada',
        PGDATABASE: 'posts',
        PGSSLMODE: 'verify-full',
        PGSSLROOTCERT: 'system',
        PGCHANNELBINDING: 'require',
      },
    },
    {
      url: 'postgres://ada@db.example.com/posts?sslmode=require&uselibpqcompat=true',
      expected: { PGHOST: 'db.example.com', PGUSER: 'ada', PGDATABASE: 'posts', PGSSLMODE: 'require' },
    },
  ])('says to libpq what $url says to node-postgres', ({ url, expected }) => {
    expect(connectionEnvironment(url)).toEqual(expected);
  });
});

describe('canVerify', () => {
  it.each([
    { mode: 'sslmode=require', major: 15, expected: false },
    { mode: 'sslmode=require', major: 16, expected: true },
    { mode: 'sslmode=require&sslrootcert=/ca.pem', major: 15, expected: true },
    { mode: 'sslmode=no-verify', major: 15, expected: true },
    { mode: '', major: 15, expected: true },
  ])('says whether version $major can do what $mode asks', ({ mode, major, expected }) => {
    expect(canVerify(`postgres://db.example.com/posts?${mode}`, major)).toBe(expected);
  });
});
