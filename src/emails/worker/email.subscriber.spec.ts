import { runInContext } from '../../core/context/request-context.js';
import { UserRegistered } from '../../users/users.events.js';
import type { UsersService } from '../../users/users.service.js';
import type { EmailsRepository, NewEmail } from '../emails.repository.js';
import type { EmailQueue } from './email-queue.js';
import { EmailSubscriber } from './email.subscriber.js';

const SINCE = new Date('2026-03-01T12:00:00Z');

describe('EmailSubscriber', () => {
  const insert = jest.fn<Promise<void>, [NewEmail]>();
  const contact = jest.fn();
  const countRecent = jest.fn();
  const add = jest.fn();
  const subscriber = new EmailSubscriber(
    { insert, countRecent } as unknown as EmailsRepository,
    { contact } as unknown as UsersService,
    { add } as unknown as EmailQueue,
  );

  beforeEach(() => {
    jest.resetAllMocks();
    contact.mockResolvedValue({ id: 'ada', email: 'Ada@example.com', credentialsChangedAt: SINCE });
    countRecent.mockResolvedValue(0);
  });

  it('owes whoever registered a welcome, to the address as it was typed', async () => {
    const context = { requestId: 'req-1', traceparent: 'trace' };
    const facts = { credentialsChangedAt: SINCE.toISOString() };
    await runInContext({ ...context, userId: 'root' }, async () => subscriber.welcome(new UserRegistered('ada')));
    expect(insert.mock.calls).toEqual([
      [{ id: expect.any(String), kind: 'welcome', userId: 'ada', toAddress: 'Ada@example.com', facts, context }],
    ]);
  });

  it('adds the job after the commit and not before', async () => {
    const afterCommit = await subscriber.welcome(new UserRegistered('ada'));
    expect(add).not.toHaveBeenCalled();
    await afterCommit?.();
    expect(add.mock.calls).toEqual([[{ id: insert.mock.calls[0]?.[0].id, tries: 0 }]]);
  });

  it('owes no fourth welcome to an address within the hour', async () => {
    countRecent.mockResolvedValue(3);
    expect(await subscriber.welcome(new UserRegistered('ada'))).toBeUndefined();
    expect(countRecent.mock.calls).toEqual([['welcome', 'Ada@example.com', 3_600]]);
    expect(insert).not.toHaveBeenCalled();
  });

  it('owes nothing to an account that is gone already', async () => {
    contact.mockResolvedValue(undefined);
    expect(await subscriber.welcome(new UserRegistered('ada'))).toBeUndefined();
    expect(insert).not.toHaveBeenCalled();
  });
});
