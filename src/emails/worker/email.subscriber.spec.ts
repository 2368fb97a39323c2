import type { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { runInContext } from '../../core/context/request-context.js';
import { UserRegistered } from '../../users/users.events.js';
import type { UsersService } from '../../users/users.service.js';
import type { EmailsRepository, NewEmail } from '../emails.repository.js';
import type { EmailQueue } from './email-queue.js';
import { EmailSubscriber } from './email.subscriber.js';

const SINCE = new Date('2026-03-01T12:00:00Z');
const ADA = { id: 'ada', email: 'Ada@example.com', credentialsChangedAt: SINCE, deletedAt: null };

describe('EmailSubscriber', () => {
  const insert = jest.fn<Promise<boolean[]>, [NewEmail[]]>();
  const contacts = jest.fn();
  const add = jest.fn();
  const subscriber = new EmailSubscriber(
    { insert } as unknown as EmailsRepository,
    { contacts } as unknown as UsersService,
    { add } as unknown as EmailQueue,
    { tx: {} } as TransactionHost<TransactionalAdapterTypeOrm>,
  );

  beforeEach(() => {
    jest.resetAllMocks();
    contacts.mockResolvedValue([ADA]);
    insert.mockResolvedValue([true]);
  });

  it('owes whoever registered a welcome, to the address as it was typed', async () => {
    const context = { requestId: 'req-1', traceparent: 'trace' };
    const facts = { credentialsChangedAt: SINCE.toISOString() };
    await runInContext({ ...context, userId: 'root' }, async () => subscriber.welcome(new UserRegistered('ada')));
    const email = {
      id: expect.any(String),
      kind: 'welcome',
      userId: 'ada',
      toAddress: 'Ada@example.com',
      facts,
      context,
    };
    expect(insert.mock.calls).toEqual([[[{ ...email, hourlyLimit: 3 }]]]);
  });

  it('adds the job after the commit and not before', async () => {
    const afterCommit = await subscriber.welcome(new UserRegistered('ada'));
    expect(add).not.toHaveBeenCalled();
    await afterCommit?.();
    expect(add.mock.calls).toEqual([[{ id: insert.mock.calls[0]?.[0][0]?.id, tries: 0, postId: null }]]);
  });

  it('owes no fourth welcome to an address within the hour', async () => {
    insert.mockResolvedValue([false]);
    expect(await subscriber.welcome(new UserRegistered('ada'))).toBeUndefined();
  });

  it('owes nothing to an account that is gone already', async () => {
    contacts.mockResolvedValue([]);
    expect(await subscriber.welcome(new UserRegistered('ada'))).toBeUndefined();
    contacts.mockResolvedValue([{ ...ADA, deletedAt: SINCE }]);
    expect(await subscriber.welcome(new UserRegistered('ada'))).toBeUndefined();
    expect(insert).not.toHaveBeenCalled();
  });

  it('reads and writes together for those that are handled together', async () => {
    contacts.mockResolvedValue([ADA, { ...ADA, id: 'bob' }]);
    insert.mockResolvedValue([true, false]);
    const work = await Promise.all(['ada', 'bob', 'eve'].map(async (id) => subscriber.welcome(new UserRegistered(id))));
    expect(contacts.mock.calls).toEqual([[['ada', 'bob', 'eve']]]);
    expect(insert.mock.calls).toEqual([
      [[expect.objectContaining({ userId: 'ada' }), expect.objectContaining({ userId: 'bob' })]],
    ]);
    expect(work).toEqual([expect.any(Function), undefined, undefined]);
  });
});
