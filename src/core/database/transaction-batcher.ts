import type { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Batcher } from '../../common/batching/batcher.js';

/** A batcher for each transaction: what is done in one together is a part of it. */
export class TransactionBatcher<Item, Result> {
  private readonly batchers = new WeakMap<object, Batcher<Item, Result>>();

  /** @param work as for a Batcher; a statement that fails fails the transaction */
  constructor(
    private readonly transactions: TransactionHost<TransactionalAdapterTypeOrm>,
    private readonly work: (items: Item[]) => Promise<Result[]>,
  ) {}

  async add(item: Item): Promise<Result> {
    const { tx } = this.transactions;
    const batcher = this.batchers.get(tx) ?? new Batcher(this.work);
    this.batchers.set(tx, batcher);
    return batcher.add(item);
  }
}
