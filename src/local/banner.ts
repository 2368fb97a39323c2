import { DEMO_ACCOUNTS, DEMO_PASSWORD } from '../common/demo/demo-accounts.js';
import type { Settings } from '../core/config/settings.js';

/** What is shown when everything answers: where to click, and who to sign in as. */
export function banner({ PUBLIC_URL, WORKER_PORT, SMTP_URL }: Settings, hasDemoData: boolean): string {
  const logins = Object.values(DEMO_ACCOUNTS).map(
    ({ email, role }) => `    ${email.padEnd(20)} ${DEMO_PASSWORD.padEnd(18)} ${role}`,
  );
  return [
    '',
    '  Broadsheet is running.',
    '',
    `    Start page   ${PUBLIC_URL}/`,
    `    Swagger UI   ${PUBLIC_URL}/docs`,
    `    Inbox        ${PUBLIC_URL}/inbox${SMTP_URL ? '' : '   (no SMTP_URL: mails are recorded here)'}`,
    `    API          ${PUBLIC_URL}/api/v1`,
    `    Worker       http://localhost:${WORKER_PORT}/readiness`,
    ...(hasDemoData ? ['', '  Demo logins', ...logins] : []),
    '',
    '  Ctrl-C stops everything.',
    '',
    '',
  ].join('\n');
}
