import { createPerson, PASSWORD } from '../support/people.js';
import { describeOnEachQueue } from '../support/queue-backends.js';
import { TestApi } from '../support/test-api.js';
import type { TestClient } from '../support/test-client.js';
import { eventually } from './support/eventually.js';
import { MailSink } from './support/mail-sink.js';
import { mailIn } from './support/mails.js';
import { expectProblem } from './support/problem.js';
import { TestWorker } from './support/test-worker.js';

const EMAILS = '/api/v1/admin/emails';
const ID = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';

describeOnEachQueue('mails that went wrong', (queue) => {
  let api: TestApi;
  let worker: TestWorker;
  let sink: MailSink;
  let admin: TestClient;

  beforeAll(async () => {
    sink = await MailSink.start();
    api = await TestApi.start();
    worker = await TestWorker.start(api, { ...(await queue.start()), SMTP_URL: sink.url });
    admin = (await createPerson(api, 'root', 'admin')).client;
  });

  afterAll(async () => {
    await worker.stop();
    await api.stop();
    await sink.stop();
    await queue.stop();
  });

  async function failed(address: string): Promise<string> {
    sink.refuse(address, 550, 'No such user here');
    await api.client().post('/api/v1/users', { email: address, password: PASSWORD });
    const { id } = await mailIn(api, address, 'failed');
    sink.accept(address);
    return id;
  }

  it('say how each attempt ended', async () => {
    const address = 'history@example.com';
    sink.refuse(address, 451, 'Try again later');
    await api.client().post('/api/v1/users', { email: address, password: PASSWORD });
    const { id } = await mailIn(api, address, 'pending', 1);
    sink.refuse(address, 550, 'No such user here');
    expect((await admin.post(`${EMAILS}/${id}/retry`)).status).toBe(200);
    await mailIn(api, address, 'failed');
    sink.accept(address);

    const { body } = await admin.get(`${EMAILS}/${id}`);
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(body).toMatchObject({ id, status: 'failed', tries: 2, to: address });
    expect(body.history).toEqual([
      { at, status: 'pending', answer: expect.stringContaining('451') },
      { at, status: 'pending', answer: 'Retried by an administrator' },
      { at, status: 'failed', answer: expect.stringContaining('550') },
    ]);
  });

  it('are sent again when an administrator says so, as the same mail', async () => {
    const address = 'retried@example.com';
    const id = await failed(address);
    const answer = await admin.post(`${EMAILS}/${id}/retry`);
    expect(answer).toMatchObject({ status: 200, body: { id, status: 'pending', tries: 1 } });
    await mailIn(api, address, 'sent', 2);
    expect(sink.to(address).map(({ content }) => content.messageId)).toEqual([expect.stringContaining(id)]);
  });

  it('are all sent again at once, and those that did not fail are left alone', async () => {
    const addresses = ['one@example.com', 'two@example.com', 'three@example.com'];
    for (const address of addresses) await failed(address);
    const before = sink.to('retried@example.com').length;
    const { body } = await admin.post(`${EMAILS}/retry`);
    expect(body.retried).toBeGreaterThanOrEqual(addresses.length);
    for (const address of addresses) await mailIn(api, address, 'sent');
    expect(sink.to('retried@example.com')).toHaveLength(before);
    await eventually('no failed mail', async () => {
      const { body: list } = await admin.get(`${EMAILS}?status=failed`);
      return list.items.length === 0 || undefined;
    });
    expect((await admin.post(`${EMAILS}/retry`)).body).toEqual({ retried: 0 });
  });

  it('that have left are not sent twice', async () => {
    const address = 'gone@example.com';
    await api.client().post('/api/v1/users', { email: address, password: PASSWORD });
    const { id } = await mailIn(api, address, 'sent');
    expectProblem(await admin.post(`${EMAILS}/${id}/retry`), 409, 'EMAIL_STATE_CONFLICT');
    expect(sink.to(address)).toHaveLength(1);
  });

  it('that are not there cannot be sent', async () => {
    expectProblem(await admin.post(`${EMAILS}/${ID}/retry`), 404, 'EMAIL_NOT_FOUND');
  });

  it('end as failed when every worker that tried died of them', async () => {
    const address = 'poison@example.com';
    sink.refuse(address, 451, 'Try again later');
    await api.client().post('/api/v1/users', { email: address, password: PASSWORD });
    const { id } = await mailIn(api, address, 'pending', 1);
    await api.database.rows(
      `UPDATE emails SET tries = 24, state = 'sending', lease_until = now() - interval '1 second' WHERE id = $1`,
      [id],
    );
    await worker.sweep();
    const mail = await mailIn(api, address, 'failed');
    expect(mail.lastAnswer).toBe('Every attempt ended without an answer');
    expect(sink.to(address)).toEqual([]);
  });
});
