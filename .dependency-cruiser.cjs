/** The arrows of the house: every import points down, and none goes round in a circle. */
const rooms = ['common', 'core', 'users', 'auth', 'posts', 'subscriptions', 'pages', 'emails', 'dashboard', 'live'];

/** What each room may import besides itself. */
const below = {
  common: [],
  core: ['common'],
  users: ['common', 'core'],
  auth: ['common', 'core', 'users'],
  posts: ['common', 'core', 'users'],
  subscriptions: ['common', 'core', 'users'],
  pages: ['common', 'core', 'users', 'posts'],
  emails: ['common', 'core', 'users', 'auth', 'posts', 'subscriptions', 'pages'],
  live: ['common', 'core', 'users', 'auth'],
  dashboard: ['common', 'core', 'users', 'auth', 'pages'],
};

/** Entries and what only they use: they may import every room, and no room imports them. */
const entries = '^src/(cli|local|main|worker|migrate|local|entities|app\\.module|worker\\.module)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'A circle has no bottom: take out what both sides need.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...rooms.map((room) => ({
      name: `${room}-imports-only-what-is-below`,
      comment: 'Influence upwards goes by event, never by import.',
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${[room, ...below[room]].join('|')})/` },
    })),
    {
      name: 'nobody-imports-the-sending-of-mail',
      comment: 'Only the worker sends; everybody else records an event.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(emails/worker/|worker\\.module)' },
      to: { path: '^src/emails/worker/' },
    },
    {
      name: 'the-worker-serves-nobody',
      comment: 'Routes without the guards of app.module would be open.',
      severity: 'error',
      from: { path: '^src/worker' },
      to: { path: '(\\.controller|-api\\.module)\\.ts$', pathNot: '^src/core/(health|metrics)/', reachable: true },
    },
    {
      name: 'users-and-posts-know-no-guard',
      comment: 'Guards are bound once, in app.module; features use the words in common/access.',
      severity: 'error',
      from: { path: '^src/(users|posts)/' },
      to: { path: 'guard' },
    },
    {
      name: 'tracing-is-loaded-on-demand',
      comment: 'Who does not trace does not pay for it at the start.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/core/tracing/open-telemetry\\.ts$', dynamic: false },
    },
    {
      name: 'one-file-knows-open-telemetry',
      comment: 'Everybody else begins spans by core/tracing/tracing.ts.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/core/tracing/open-telemetry\\.ts$' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'no-barrels',
      comment: 'Import the file itself.',
      severity: 'error',
      from: {},
      to: { path: '^src/.*/index\\.ts$' },
    },
    {
      name: 'no-entry-is-imported',
      comment: 'What two entries share belongs in a room.',
      severity: 'error',
      from: { path: '^src/', pathNot: entries },
      to: { path: entries },
    },
    {
      name: 'code-does-not-import-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench|chaos)/|\\.spec\\.ts$' },
    },
    {
      name: 'only-listed-packages',
      comment: 'A package that is not in package.json is there by accident.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'undetermined', 'unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
