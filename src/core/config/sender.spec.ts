import { senderOf } from './sender.js';

describe('senderOf', () => {
  it.each([
    { setting: 'news@example.com', name: '', address: 'news@example.com', domain: 'example.com' },
    { setting: '  news@example.com ', name: '', address: 'news@example.com', domain: 'example.com' },
    { setting: '<news@example.com>', name: '', address: 'news@example.com', domain: 'example.com' },
    {
      setting: 'Broadsheet <news@example.com>',
      name: 'Broadsheet',
      address: 'news@example.com',
      domain: 'example.com',
    },
    {
      setting: 'The Daily News<news@example.com>',
      name: 'The Daily News',
      address: 'news@example.com',
      domain: 'example.com',
    },
    {
      setting: '"News, Daily" <news@example.com>',
      name: 'News, Daily',
      address: 'news@example.com',
      domain: 'example.com',
    },
    {
      setting: 'Zeitung für Ä <n@example.com>',
      name: 'Zeitung für Ä',
      address: 'n@example.com',
      domain: 'example.com',
    },
    {
      setting: 'Broadsheet <broadsheet@localhost>',
      name: 'Broadsheet',
      address: 'broadsheet@localhost',
      domain: 'localhost',
    },
  ])('reads $setting', ({ setting, ...sender }) => {
    expect(senderOf(setting)).toEqual(sender);
  });
});
