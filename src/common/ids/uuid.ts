import { v7 } from 'uuid';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A new UUIDv7: sorts by time, so that indexes grow at their end. */
export const newId = (): string => v7();

/** Whether a text has the shape of a UUID of any version. */
export const isUuid = (text: string): boolean => UUID.test(text);
