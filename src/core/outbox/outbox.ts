import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids/uuid.js';
import { currentContext } from '../context/request-context.js';
import { Sql } from '../database/sql.js';

/** PostgreSQL tells the relays on this channel that there is work. */
export const OUTBOX_CHANNEL = 'outbox';

/** A class with a static `type`; its members are ids. */
export interface DomainEvent {
  constructor: Function & { type?: string };
}

// The notification is delivered at the commit, so a roll-back leaves neither the row nor the call.
const RECORD = {
  name: 'outbox.record',
  text: `INSERT INTO outbox_events (id, type, payload, context) VALUES ($1, $2, $3, $4)
    RETURNING pg_notify('${OUTBOX_CHANNEL}', '')`,
};

/** Where a change records what it causes; the relay of a worker hands it on after the commit. */
@Injectable()
export class Outbox {
  constructor(private readonly sql: Sql) {}

  /** To be called in the transaction of the change. */
  async record(event: DomainEvent): Promise<void> {
    const { type } = event.constructor;
    if (!type) throw new Error(`${event.constructor.name} has no static type`);
    const { requestId, traceparent } = currentContext();
    await this.sql.rows(RECORD, [newId(), type, JSON.stringify(event), JSON.stringify({ requestId, traceparent })]);
  }
}
