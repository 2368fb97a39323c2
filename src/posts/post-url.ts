import type { Settings } from '../core/config/settings.js';

/** Where people read a post: the page that POST_URL names, or the small one here. */
export const postUrl = ({ POST_URL, PUBLIC_URL }: Pick<Settings, 'POST_URL' | 'PUBLIC_URL'>, slug: string): string =>
  (POST_URL ?? `${PUBLIC_URL}/p/:slug`).replaceAll(':slug', slug);
