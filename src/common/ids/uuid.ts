import { v7, validate } from 'uuid';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A new UUIDv7: sorts by time, so that indexes grow at their end. */
export const newId = (): string => v7();

/** Whether a text has the shape of a UUID of any version. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** The text of 16 bytes; `undefined` where they are no UUID. */
export function uuidFromBytes(bytes: Uint8Array): string | undefined {
  const hex = Buffer.from(bytes).toString('hex');
  const text = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return validate(text) ? text : undefined;
}
