import type { SearchLanguage } from '../../core/config/setting-kinds.js';
import type { Conditions } from '../../core/database/conditions.js';

/** What surrounds a found word in a snippet, until the text around it has been escaped. */
export const MARK_START = '\u0002';
export const MARK_STOP = '\u0003';

/** Characters of the content that are searched: with far more the index entry of a post could grow beyond its limit. */
const SEARCHED_CONTENT = 80_000;
/** Characters of the content among which a snippet is looked for. */
const SNIPPET_CONTENT = 20_000;

/**
 * Punctuation beyond ASCII, and blanks. PostgreSQL's parser takes it for letters where the locale of the server is C, as
 * that of the embedded one is: “press” would be another word than press. Behind those of
 * ASCII it looks for addresses and paths, up to the end of the text each time: a post could take it minutes.
 */
const LOOKED_BEHIND = '_~@/';
const PUNCTUATION = String.raw`[${LOOKED_BEHIND}\u00a0-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u2000-\u206f\u3000-\u301f]`;
const ALL_PUNCTUATION = new RegExp(PUNCTUATION, 'gu');

/** Behind these the parser skips everything up to a closing tag, which a text about them never has; or looks for one. */
const SKIPPING = '<(?=script|style|!)';
/** What stands for LOOKED_BEHIND while the words of a snippet are looked for. */
const HIDDEN = '\u0004\u0005\u0006\u0007';

const weighted = (text: string, weight: string, by: string): string =>
  `setweight(to_tsvector(${by}, regexp_replace(${text}, E'${PUNCTUATION}|${SKIPPING}', ' ', 'gi')), '${weight}')`;

/**
 * What the search looks in of a row `p` of posts, as SQL; the words of the title count most, those of the content least.
 * Titles and tags are there as they are written too, since a stem does not begin with every beginning of its word.
 */
const searchVector = (language: string): string =>
  [
    weighted('p.title', 'A', language),
    weighted('p.title', 'A', `'simple'`),
    weighted(`array_to_string(p.tags, ' ')`, 'B', language),
    weighted(`array_to_string(p.tags, ' ')`, 'B', `'simple'`),
    weighted('p.excerpt', 'C', language),
    weighted(`left(p.content, ${SEARCHED_CONTENT})`, 'D', language),
  ].join(' || ');

/** Makes the rows of the index for the posts `p` of a FROM clause, or makes them anew. */
export const indexPosts = (language: SearchLanguage, from: string): string =>
  `INSERT INTO post_search (post_id, published_at, language, search)
    SELECT p.id, CASE WHEN p.status = 'published' AND p.deleted_at IS NULL THEN p.published_at END, '${language}',
      ${searchVector(configuration(language))}
    FROM ${from}
    ON CONFLICT (post_id) DO UPDATE SET published_at = excluded.published_at, language = excluded.language,
      search = excluded.search`;

/** As a constant: bound as a parameter it would have to be cast for every row, and the query be made for every row. */
const configuration = (language: SearchLanguage): string => `'${language}'::regconfig`;

/** The last word of a search, if it stands alone: not behind `or`, nor in quotes, nor excluded. */
const LAST_WORD = /^(?<head>|.*\s)(?<last>[\p{L}\p{N}][\p{L}\p{M}\p{N}]*)$/su;

/** A search as `tsquery`s, in SQL. */
interface SearchQuery {
  /** What is found; the last word is found as the beginning of a word too. */
  match: string;
  /** What it is ranked by: the last word counts more where it is whole. */
  rank: string;
}

export function searchQuery(filter: Conditions, language: SearchLanguage, typed: string): SearchQuery {
  const by = configuration(language);
  // Phones make typographic quotes of those that surround a phrase.
  const search = typed.replaceAll(/[“”„]/g, '"').replaceAll(ALL_PUNCTUATION, ' ').trim();
  const whole = `websearch_to_tsquery(${by}, ${filter.bind(search)})`;
  const { head, last } = LAST_WORD.exec(search)?.groups ?? {};
  const isQuoted = search.split('"').length % 2 === 0;
  if (head === undefined || last === undefined || isQuoted || /(^|\s)or\s+$/i.test(head))
    return { match: whole, rank: whole };
  const [before, beginning] = [filter.bind(head), filter.bind(`${last}:*`)];
  const [stem, typedWord] = [`to_tsquery(${by}, ${beginning})`, `to_tsquery('simple', ${beginning})`];
  // Every beginning that is looked for costs; these are mostly the same.
  const begun = `CASE WHEN ${stem} = ${typedWord} THEN ${stem} ELSE ${stem} || ${typedWord} END`;
  const found = `websearch_to_tsquery(${by}, ${before}) && ${begun}`;
  const either = `(${whole} || (${found}))`;
  // Whoever has the word has its beginning, unless it is a stop word or belongs to one of several alternatives.
  if (/\sor\s/i.test(head)) return { match: either, rank: either };
  return { match: `(CASE WHEN numnode(${stem}) > 0 THEN ${found} ELSE ${either} END)`, rank: either };
}

/** The places of the content that were found, as SQL. */
export const snippet = (language: SearchLanguage, query: string): string =>
  `translate(ts_headline(${configuration(language)}, ${snippetText}, ${query},
    'StartSel=${MARK_START}, StopSel=${MARK_STOP}, MaxFragments=2, MaxWords=24, MinWords=8, FragmentDelimiter=" … "'),
    '${HIDDEN}', '${LOOKED_BEHIND}')`;

/** The beginning of the content as its words are looked for: without the marks, and with nothing that takes the parser long. */
const snippetText = `regexp_replace(
    translate(left(p.content, ${SNIPPET_CONTENT}), '${LOOKED_BEHIND}${HIDDEN}${MARK_START}${MARK_STOP}', '${HIDDEN}'),
    '${SKIPPING}', ' ', 'gi')`;
