import type { TestApi } from '../../support/test-api.js';
import { eventually } from './eventually.js';

export interface MailRow {
  id: string;
  kind: string;
  state: string;
  tries: number;
  toAddress: string;
  lastAnswer: string | null;
  context: object;
  /** Seconds until the next try. */
  wait: number;
}

/** The mails to an address, oldest first, as the database has them. */
export const mailsTo = async (api: TestApi, address: string): Promise<MailRow[]> =>
  api.database.rows<MailRow>(
    `SELECT id, kind, state, tries, to_address AS "toAddress", last_answer AS "lastAnswer", context,
      extract(epoch FROM next_try_at - now())::float AS wait
    FROM emails WHERE to_address = $1 ORDER BY id`,
    [address],
  );

/** Waits until the mail to an address has come to this state after so many tries. */
export const mailIn = async (api: TestApi, address: string, state: string, tries?: number): Promise<MailRow> =>
  eventually(`a mail to ${address} that is ${state}`, async () => {
    const [mail] = await mailsTo(api, address);
    return mail?.state === state && (tries === undefined || mail.tries === tries) ? mail : undefined;
  });

/** The link of the mail to an address, as its reader finds it in the inbox. */
export async function linkTo(api: TestApi, address: string): Promise<URL> {
  const { id } = await mailIn(api, address, 'sent');
  const { body } = await api.client().get(`/inbox/messages/${id}`);
  return linkIn(body.text);
}

/** The one link of a mail's text. */
export function linkIn(text: string): URL {
  const links = text.match(/https?:\/\/\S+/g) ?? [];
  expect(links).toHaveLength(1);
  return new URL(links[0] ?? '');
}
