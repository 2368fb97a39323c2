import { setImmediate } from 'node:timers/promises';
import { ClsServiceManager } from 'nestjs-cls';
import { currentContext, runInContext, setContextActor } from './request-context.js';

describe('runInContext', () => {
  it('is empty outside of any', () => {
    expect(currentContext()).toEqual({});
    setContextActor('nobody', 'no session');
    expect(currentContext()).toEqual({});
  });

  it('lasts over everything that is awaited, and ends with it', async () => {
    const seen = await runInContext({ requestId: 'one' }, async () => {
      await setImmediate();
      return currentContext().requestId;
    });
    expect(seen).toBe('one');
    expect(currentContext()).toEqual({});
  });

  it('keeps contexts that run at the same time apart', async () => {
    const seen = await Promise.all(
      ['one', 'two', 'three'].map(async (requestId) =>
        runInContext({ requestId }, async () => {
          await setImmediate();
          setContextActor(`user of ${requestId}`, `session of ${requestId}`);
          await setImmediate();
          return currentContext();
        }),
      ),
    );
    expect(seen).toMatchObject([
      { requestId: 'one', userId: 'user of one', sessionId: 'session of one' },
      { requestId: 'two', userId: 'user of two', sessionId: 'session of two' },
      { requestId: 'three', userId: 'user of three', sessionId: 'session of three' },
    ]);
  });

  it('goes on inside what is around it, such as an ambient transaction', () => {
    const cls = ClsServiceManager.getClsService();
    const TRANSACTION = Symbol('transaction');
    cls.run(() => {
      cls.set(TRANSACTION, 'ambient');
      runInContext({ requestId: 'inner' }, () => {
        expect(cls.get(TRANSACTION)).toBe('ambient');
        expect(currentContext().requestId).toBe('inner');
      });
    });
  });

  it('changes nothing of what is around it', () => {
    runInContext({ requestId: 'outer', userId: 'ada', sessionId: 'of ada' }, () => {
      runInContext({ requestId: 'inner' }, () => {
        setContextActor('bob', null);
        expect(currentContext()).toMatchObject({ requestId: 'inner', userId: 'bob', sessionId: undefined });
      });
      expect(currentContext()).toMatchObject({ requestId: 'outer', userId: 'ada', sessionId: 'of ada' });
    });
  });

  it('gives back what the function gives, and lets its error through', async () => {
    expect(runInContext({}, () => 7)).toBe(7);
    await expect(runInContext({}, () => Promise.reject(new Error('inside')))).rejects.toThrow('inside');
  });
});
