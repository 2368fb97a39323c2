interface Rows {
  rows: (text: string) => Promise<Record<string, unknown>[]>;
}

/** Every row of every table of ours, in an order of their own, so that two databases can be compared. */
export async function contentsOf(database: Rows): Promise<Record<string, unknown[]>> {
  const tables = await database.rows(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' ORDER BY 1",
  );
  const contents: Record<string, unknown[]> = {};
  for (const { name } of tables)
    contents[String(name)] = (
      await database.rows(`SELECT row_to_json(line)::text AS row FROM "${String(name)}" AS line ORDER BY 1`)
    ).map(({ row }) => row);
  return contents;
}
