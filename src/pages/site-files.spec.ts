import { testSettings } from '../../test/support/test-settings.js';
import { robotsText, securityText } from './site-files.js';

const NOW = new Date('2026-11-20T21:04:05.678Z');

const security = (overrides: NodeJS.ProcessEnv = {}, now = NOW): Record<string, string> => {
  const settings = testSettings('postgres://localhost/x', { PUBLIC_URL: 'https://press.example', ...overrides });
  const fields = securityText(settings, now).trimEnd().split('\n');
  return Object.fromEntries(fields.map((field) => field.split(/: (.*)/).slice(0, 2)));
};

describe('security.txt', () => {
  it.each([
    { name: 'the sender of the mails', from: 'The Press <desk@press.example>', contact: 'mailto:desk@press.example' },
    {
      name: 'a sender whose name has signs of URLs',
      from: 'a%b?c@press.example',
      contact: 'mailto:a%25b?c@press.example',
    },
    { name: 'the site, where nobody reads mails', from: undefined, contact: 'https://press.example' },
  ])('names $name', ({ from, contact }) => {
    expect(security({ MAIL_FROM: from })).toEqual({
      Contact: contact,
      Expires: '2027-11-19T00:00:00.000Z',
      'Preferred-Languages': 'en',
      Canonical: 'https://press.example/.well-known/security.txt',
    });
  });

  it('expires in less than a year, and on the next day a day later', () => {
    expect(security({}, new Date('2026-11-20T00:00:00Z'))['Expires']).toBe('2027-11-19T00:00:00.000Z');
    expect(security({}, new Date('2026-11-21T00:00:00Z'))['Expires']).toBe('2027-11-20T00:00:00.000Z');
  });
});

describe('robots.txt', () => {
  it('opens the site, but for what is no reading', () => {
    const lines = robotsText().split('\n');
    expect(lines[0]).toBe('User-agent: *');
    expect(lines).toEqual(
      expect.arrayContaining(['Disallow: /api/', 'Disallow: /inbox', 'Disallow: /queues', 'Allow: /']),
    );
    expect(lines).not.toContain('Disallow: /');
  });
});
