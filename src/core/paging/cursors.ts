import { Injectable } from '@nestjs/common';
import { fromBase64url } from '../../common/encoding/base64url.js';
import { invalidField } from '../../common/errors/app-error.js';
import { Keyring } from '../keys/keyring.js';

const SIGNATURE_BYTES = 16;

/** The sort values of the last row of a page, in the order of the sort, the id last. */
export type CursorValues = (string | number)[];

/**
 * Cursors of keyset paging: opaque to clients, and signed together with the list they belong to, so that neither a
 * forged one nor one of another list or filter reaches a query.
 */
@Injectable()
export class Cursors {
  constructor(private readonly keyring: Keyring) {}

  /** @param list names the list, its sort and its filters */
  encode(list: string, values: CursorValues): string {
    const payload = Buffer.from(JSON.stringify(values)).toString('base64url');
    const signature = this.keyring.sign('cursor', `${list}\n${payload}`, SIGNATURE_BYTES).toString('base64url');
    return `${payload}.${signature}`;
  }

  /** @throws AppError 422 for a cursor that was not made here for this list */
  decode(list: string, cursor: string): CursorValues {
    const [payload = '', signature = ''] = cursor.split('.');
    const given = fromBase64url(signature);
    const genuine = given?.length === SIGNATURE_BYTES && this.keyring.verify('cursor', `${list}\n${payload}`, given);
    if (!genuine || cursor.split('.').length !== 2)
      throw invalidField('cursor', 'INVALID_CURSOR', 'cursor was not made by this list with these filters');
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as CursorValues;
  }
}
