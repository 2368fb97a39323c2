import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, expectStatus, inParallel } from './client.js';
import { readReadmes } from './readmes.js';

const AUTHORS = 8;
const PARALLEL_CLIENTS = 16;
/** The longest content that a post may have, in characters. */
const MAX_CONTENT = 200_000;
const PASSWORD = 'real input, real words';
/** Seconds for the last mail to arrive. */
const MAIL_PATIENCE = 30;

/**
 * Publishes every README below a directory through a running API, and looks for each of them, and for the mail of
 * every author, as readers do.
 * @param {{ url: string, directory: string, every?: number }} options with `every: 4` each fourth text alone
 * @returns {Promise<{ texts: number, authors: number, refused: number, published: number, listed: number, equal: number, mails: number, seconds: number }>}
 */
export async function publishReadmes({ url, directory, every = 1 }) {
  const start = performance.now();
  const run = `readme-${Date.now().toString(36)}`;
  const texts = (await readReadmes(directory)).filter((_text, index) => index % every === 0);
  const authors = await signUpAuthors(url, run);

  const outcomes = await inParallel(texts, PARALLEL_CLIENTS, (text, index) =>
    publish(authors[index % authors.length], text, run),
  );
  const published = outcomes.filter((outcome) => outcome !== undefined);
  const listed = await walkList(url, run);
  const equal = await inParallel(published, PARALLEL_CLIENTS, (post) => isEqual(url, post));
  return {
    texts: texts.length,
    authors: authors.length,
    refused: texts.length - published.length,
    published: published.length,
    listed: published.filter(({ id }) => listed.has(id)).length,
    equal: equal.filter(Boolean).length,
    mails: await countMails(url, authors),
    seconds: Math.round((performance.now() - start) / 100) / 10,
  };
}

/** @typedef {{ email: string, call: ReturnType<typeof createClient> }} Author */

/** @returns {Promise<Author[]>} */
async function signUpAuthors(url, run) {
  const anybody = createClient(url);
  return inParallel(Array.from({ length: AUTHORS }), AUTHORS, async (_nothing, index) => {
    const email = `${run}-${index}@example.com`;
    expectStatus(await anybody('POST', '/api/v1/users', { email, password: PASSWORD }), 201);
    const tokens = expectStatus(
      await anybody('POST', '/api/v1/auth/login', { username: email, password: PASSWORD }),
      200,
    );
    return { email, call: createClient(url, tokens.access_token) };
  });
}

/** @returns {Promise<{ id: string, text: string } | undefined>} undefined for a text that is refused as too long */
async function publish({ call }, { path, text }, run) {
  const title = path.replaceAll(/[/\\]/g, ' ').slice(-200);
  const created = await call('POST', '/api/v1/posts', { title, content: text, tags: [run] });
  if ([...text].length > MAX_CONTENT) {
    expectStatus(created, 422);
    return undefined;
  }
  const { id } = expectStatus(created, 201);
  expectStatus(await call('POST', `/api/v1/posts/${id}/publish`), 200);
  return { id, text };
}

/** Walks the list by its cursors to the end. */
async function walkList(url, run) {
  const anybody = createClient(url);
  const ids = new Set();
  for (let cursor = ''; cursor !== null;) {
    const parameters = new URLSearchParams({ tag: run, limit: '100', ...(cursor && { cursor }) });
    const { items, page } = expectStatus(await anybody('GET', `/api/v1/posts?${parameters.toString()}`), 200);
    for (const { id } of items) {
      if (ids.has(id)) throw new Error(`${id} is in the list twice`);
      ids.add(id);
    }
    cursor = page.nextCursor;
  }
  return ids;
}

async function isEqual(url, { id, text }) {
  const post = expectStatus(await createClient(url)('GET', `/api/v1/posts/${id}`), 200);
  return Buffer.from(post.content).equals(Buffer.from(text));
}

/** @returns {Promise<number>} of how many authors the welcome mail was sent */
async function countMails(url, authors) {
  const anybody = createClient(url);
  const sent = new Set();
  for (let waited = 0; sent.size < authors.length && waited < MAIL_PATIENCE; waited += 1) {
    if (waited > 0) await sleep(1_000);
    for (const { email } of authors) {
      const { items } = expectStatus(await anybody('GET', `/inbox/messages?to=${encodeURIComponent(email)}`), 200);
      if (items.some(({ kind, status }) => kind === 'welcome' && status === 'sent')) sent.add(email);
    }
  }
  return sent.size;
}
