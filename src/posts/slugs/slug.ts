import { randomInt } from 'node:crypto';
import anyAscii from 'any-ascii';
import { isUuid } from '../../common/ids/uuid.js';

export const MAX_SLUG_LENGTH = 120;

/** Numbers are tried up to here; then a random ending, which parallel writers do not fight about. */
const NUMBERED_SLUGS = 5;
const RANDOM_SLUGS = 5;

/** Lower-case words joined by hyphens, and not of the shape of an id, with which a path could confuse it. */
export const SLUG_PATTERN = /^(?![0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)[a-z0-9]+(-[a-z0-9]+)*$/;

/** A readable slug for any title: other scripts are transliterated; `post` where nothing readable remains. */
export function slugFrom(title: string): string {
  const words = anyAscii(title.normalize('NFC'))
    .toLowerCase()
    .replaceAll(/['’]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG_LENGTH)
    .replaceAll(/^-+|-+$/g, '');
  if (!words) return 'post';
  return isUuid(words) ? `post-${words}` : words;
}

/** The same slug with a number behind it, for the second post of one title. */
export function numberedSlug(slug: string, number: number | string): string {
  const suffix = `-${number}`;
  return `${slug.slice(0, MAX_SLUG_LENGTH - suffix.length).replace(/-+$/, '')}${suffix}`;
}

/** The slug itself, then the same with endings, until one of them is free. */
export function* slugCandidates(slug: string): Generator<string> {
  yield slug;
  for (let number = 2; number <= NUMBERED_SLUGS; number += 1) yield numberedSlug(slug, number);
  for (let tried = 0; tried < RANDOM_SLUGS; tried += 1)
    yield numberedSlug(slug, randomInt(36 ** 5, 36 ** 6).toString(36));
}
