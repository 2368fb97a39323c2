export const EVENTS_DESCRIPTION = `Server-Sent Events, open to everybody:

| event | when | data |
|---|---|---|
| \`post.published\` | a post can be read by everybody from now on | \`{id, slug, title, author: {id, username}, publishedAt, version}\` |
| \`post.updated\` | a published post has changed | the same |
| \`post.deleted\` | a post cannot be read any more: deleted, or taken back | \`{id, slug}\` |
| \`resync\` | what was missed cannot be made up for: read the list anew | \`{}\` |

Each has an \`id\`; after a broken connection \`Last-Event-ID\` goes on behind it, with the last 5,000 events of a day at
most. A comment every 25 seconds shows that the connection lives. Who does not read is disconnected, and may resume.

The same comes over WebSocket at \`/api/v1/ws\`, as JSON \`{event, id, data}\`, from \`?lastEventId=\` on where it is
given. There the message \`{"event": "authenticate", "data": {"token": "<access token>"}}\` adds what concerns the
account: \`email.sent\` \`{id, kind}\`, \`session.revoked\` \`{sessionId}\` (null: all of them).`;

export const EVENTS_EXAMPLE = `retry: 2000

id: 5f0c4a52-8f52-4c0e-9a7e-0d0f6c1b7a11
event: post.published
data: {"id":"01970f40-1d5e-7c21-8a34-6b0c9e7d2f55","slug":"about-the-press","title":"About the press","author":{"id":"01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11","username":"ada"},"publishedAt":"2026-03-01T12:00:00.000Z","version":1}

: heartbeat

`;
