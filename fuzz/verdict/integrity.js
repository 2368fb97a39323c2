/** What has to be true of the database whatever was sent; each row that a statement finds is one that is wrong. */

const STATEMENTS = {
  'no version below 1': 'SELECT id FROM posts WHERE version < 1',
  'no revision that is not older than its post':
    'SELECT id FROM post_revisions JOIN posts ON id = post_id WHERE post_revisions.version >= posts.version OR post_revisions.version < 1',
  'no two live posts with one slug':
    'SELECT slug FROM posts WHERE deleted_at IS NULL GROUP BY slug HAVING count(*) > 1',
  'no slug of a live post that is the former one of another':
    'SELECT posts.slug FROM post_slugs JOIN posts USING (slug) JOIN posts AS former ON former.id = post_id WHERE posts.id <> post_id AND posts.deleted_at IS NULL AND former.deleted_at IS NULL',
  'no published post without its time':
    "SELECT id FROM posts WHERE (status = 'published' AND published_at IS NULL) OR (status = 'scheduled' AND publish_at IS NULL) OR status NOT IN ('draft', 'scheduled', 'published')",
  'no two live accounts with one address or name': `SELECT email_key FROM users WHERE deleted_at IS NULL GROUP BY email_key HAVING count(*) > 1
     UNION ALL SELECT username_key FROM users WHERE deleted_at IS NULL GROUP BY username_key HAVING count(*) > 1`,
  'no address with a line break or two recipients': "SELECT id FROM users WHERE email ~ '[\\n\\r,;<>\\s]'",
  'no negative count': `SELECT key FROM sign_in_counters WHERE count < 0
     UNION ALL SELECT id::text FROM sessions WHERE generation < 0 UNION ALL SELECT id::text FROM emails WHERE tries < 0`,
  'no address verified without its mail':
    "SELECT id FROM users WHERE email_verified_at IS NOT NULL AND email LIKE '%@fuzz.example'",
  'somebody administers':
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND is_active AND deleted_at IS NULL)",
  'no transaction left open':
    "SELECT pid FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND state_change < now() - interval '1 second'",
};

/**
 * @param {import('../site/site.js').Site} site
 * @param {Map<string, Set<string>>} grants by account: the roles that an administrator has given, or that it had
 * @param {Map<string, string>} owners of posts
 * @returns {Promise<{ checks: number, faults: string[] }>}
 */
export async function checkIntegrity(site, grants, owners) {
  const faults = [];
  for (const [name, statement] of Object.entries(STATEMENTS)) {
    const rows = await site.query(statement);
    if (rows.length > 0) faults.push(`${name}: ${rows.length}, such as ${Object.values(rows[0])[0]}`);
  }
  const accounts = await site.query("SELECT id, role FROM users WHERE role <> 'user'");
  for (const { id, role } of accounts)
    if (!grants.get(id)?.has(role)) faults.push(`nobody gets a role that no administrator gave: ${id} is ${role}`);
  const posts = await site.query('SELECT id, author_id FROM posts');
  for (const { id, author_id: author } of posts)
    if (owners.has(id) && owners.get(id) !== author) faults.push(`no post changes its author: ${id}`);
  return { checks: Object.keys(STATEMENTS).length + 2, faults };
}
