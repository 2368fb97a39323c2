interface PageOf<Item> {
  items: Item[];
  page: { nextCursor?: string | null };
}

/**
 * All items of a list, a page at a time, as they are asked for.
 * @param load the page at a cursor; the first one where it is undefined
 */
export async function* items<Item>(
  load: (cursor: string | undefined) => Promise<PageOf<Item>>,
): AsyncGenerator<Item, void> {
  let cursor: string | undefined;
  do {
    const { items: found, page } = await load(cursor);
    yield* found;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
