import type { Client } from 'pg';
import type { SearchLanguage } from '../core/config/setting-kinds.js';
import { FIRST_ID, reindex } from '../posts/search/reindex.js';

const BATCH = 1_000;

/** Makes the search index of posts that were written without one, as the worker would in its own time. */
export async function completeSearchIndex(client: Client, language: SearchLanguage): Promise<void> {
  for (let after: string | undefined = FIRST_ID; after !== undefined;) {
    const { rows }: { rows: { last: string }[] } = await client.query(reindex(language).text, [after, BATCH]);
    after = rows[0]?.last;
  }
}
