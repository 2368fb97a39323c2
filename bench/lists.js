import { median } from './comparison.js';
import { splitCores } from './cores.js';
import { createDataset } from './dataset.js';
import { HELP, readOptions } from './lists/options.js';
import { explain } from './lists/plans.js';
import { SEARCHES } from './lists/searches.js';
import { percentile, timeInTurns } from './lists/times.js';
import { runProgram, say } from './program.js';
import { writeResults } from './results.js';
import { startServer } from './servers.js';
import { align } from './table.js';

/** `npm run bench:lists`: what a list costs deep inside and on a large table, and what a search costs. */

const BARS = { deepPage: 1.3, largeTable: 1.5, searchP95: 20 };
const PAGE = 20;
/** Every answer is made anew. */
const SETTINGS = { RATE_LIMIT: '0', RESPONSE_CACHE: 'off' };

/**
 * @param {import('./lists/options.js').Options} options
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<boolean>} whether every bar was met
 */
async function measure({ posts, large, small, page, requests }, place) {
  const startedAt = new Date();
  const cores = await splitCores();
  const serve = async (name, amount, isSearched) => {
    say(`Making ${amount.toLocaleString('en')} posts`);
    const { url } = await createDataset(place, { users: Math.ceil(amount / 10), posts: amount, isSearched }, name);
    const server = await startServer('product', place, url, cores, SETTINGS);
    return { url, list: `${server.url}/api/v1/posts` };
  };

  const main = await serve('main', posts, true);
  const first = `${main.list}?limit=${PAGE}`;
  const deep = `${first}&cursor=${await cursorOfPage(first, page)}`;
  say('Pages');
  const [near, far] = await timeInTurns([first, deep], requests);
  say('Searches');
  const searches = await timeInTurns(
    SEARCHES.map((q) => `${first}&${new URLSearchParams({ q }).toString()}`),
    Math.ceil((requests * 2) / SEARCHES.length),
  );
  const few = await serve('small', small, false);
  const many = await serve('large', large, false);
  const [onFew, onMany] = await timeInTurns([`${few.list}?limit=${PAGE}`, `${many.list}?limit=${PAGE}`], requests);

  const rows = [
    ratio(
      `page ${page.toLocaleString('en')} by cursor, over page 1, of ${posts.toLocaleString('en')} posts`,
      far,
      near,
      BARS.deepPage,
    ),
    ratio(
      `page 1 of ${large.toLocaleString('en')} posts, over that of ${small.toLocaleString('en')}`,
      onMany,
      onFew,
      BARS.largeTable,
    ),
    searchRow(searches.flat(), posts),
  ];
  console.log(`\n${align([['work', 'ms', 'ms', 'figure', 'bar', 'ok'], ...rows.map(({ cells }) => cells)])}\n`);
  const plans = {
    first: await explain(main.url, {}),
    deepOnLarge: await explain(many.url, { skip: 0 }),
    search: await explain(main.url, { q: SEARCHES[0] }),
  };
  for (const [name, plan] of Object.entries(plans)) console.log(`${name}:\n${plan}\n`);
  const file = await writeResults('lists-', startedAt, {
    node: process.version,
    near,
    far,
    onFew,
    onMany,
    searches,
    plans,
  });
  say(`All times are in ${file}`);
  return rows.every(({ isOk }) => isOk);
}

/**
 * @param {string} first the address of the first page
 * @param {number} page
 */
async function cursorOfPage(first, page) {
  const answer = await fetch(`${first}&skip=${(page - 2) * PAGE}`);
  const { page: info } = await answer.json();
  if (!info.nextCursor) throw new Error(`There is no page ${page}`);
  return info.nextCursor;
}

/**
 * @param {string} work
 * @param {number[]} times
 * @param {number[]} others
 * @param {number} bar
 */
function ratio(work, times, others, bar) {
  const [mine, theirs] = [median(times), median(others)];
  const isOk = mine / theirs <= bar;
  const cells = [
    work,
    mine.toFixed(2),
    theirs.toFixed(2),
    (mine / theirs).toFixed(2),
    bar.toFixed(2),
    isOk ? 'yes' : 'NO',
  ];
  return { cells, isOk };
}

/**
 * @param {number[]} times
 * @param {number} posts
 */
function searchRow(times, posts) {
  const p95 = percentile(times, 0.95);
  const isOk = p95 <= BARS.searchP95;
  const work = `search in ${posts.toLocaleString('en')} posts: median, p95`;
  const cells = [
    work,
    median(times).toFixed(2),
    p95.toFixed(2),
    `${p95.toFixed(0)} ms`,
    `${BARS.searchP95} ms`,
    isOk ? 'yes' : 'NO',
  ];
  return { cells, isOk };
}

await runProgram({ command: 'npm run bench:lists', help: HELP, readOptions, act: measure });
