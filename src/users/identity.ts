import { isUuid } from '../common/ids/uuid.js';

/**
 * How addresses and usernames are compared: two that differ only in case or in the form of their Unicode characters
 * are one. Mail always goes to the address as typed, never to the key.
 */
export const identityKey = (text: string): string => text.normalize('NFKC').toLowerCase();

const MINIMUM_LENGTH = 3;
const MAXIMUM_LENGTH = 50;

/** A username made from an address; the suffix tells apart accounts whose addresses begin alike. */
export function usernameFrom(email: string, suffix = ''): string {
  const local = email.slice(0, email.lastIndexOf('@')).replace(/[^A-Za-z0-9_.-]/g, '');
  const padded = local.length < MINIMUM_LENGTH ? `${local}user` : local;
  // One of the shape of an id would be taken for an id in paths and filters.
  const name = isUuid(padded) ? `user-${padded}` : padded;
  return `${name.slice(0, MAXIMUM_LENGTH - suffix.length)}${suffix}`;
}
