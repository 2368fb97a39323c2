import { findDoubles } from './doubles.js';
import { judgeMails, readMails } from './mails.js';
import { judgeWrites } from './writes.js';

/** The least time that is left of a lease when it is renewed next, in milliseconds; see email.processor.ts. */
const LEASE = 20_000;

/**
 * @typedef {object} Verdict
 * @property {import('./writes.js').WriteFigures} writes
 * @property {import('./mails.js').MailFigures} mails
 * @property {import('./doubles.js').Double[]} doubles
 * @property {{ write?: import('../recovery.js').Delay, mail?: import('../recovery.js').Delay, medianMail?: import('../recovery.js').Delay }} recovery
 * @property {Record<string, number>} kills
 * @property {import('../services/interruptions.js').Interruption[]} interruptions
 * @property {Record<string, number>} troubles
 * @property {string[]} strange everything else that should not be
 * @property {boolean} isOk
 */

/**
 * Judges a run when nothing goes on any more.
 * @param {object} run
 * @param {import('../services/site.js').Site} run.site
 * @param {import('../load/client.js').Client} run.client
 * @param {import('../load/ledger.js').Ledger} run.ledger
 * @param {import('../recovery.js').Recovery} run.recovery
 * @param {import('../mail-server/log.js').MailLog} run.log
 * @returns {Promise<Verdict>}
 */
export async function judge({ site, client, ledger, recovery, log }) {
  const { postgres, interruptions } = site;
  const rows = await readMails(postgres);
  const writes = await judgeWrites(postgres, ledger);
  const mails = judgeMails(rows, ledger, log);
  const sentAt = new Map(rows.flatMap(({ id, sentAt: at }) => (at ? [[id, at.getTime()]] : [])));
  const doubles = findDoubles(log.copies, interruptions.all, { sentAt, lease: LEASE });
  const putOff = new Set(rows.filter(({ wasPutOff }) => wasPutOff).map(({ to }) => to));
  const strange = [
    ...ledger.refusals,
    ...writes.strange,
    ...mails.strange,
    ...unexplainedDeaths(site),
    // 503 is an honest answer; whatever else begins with a 5 says that nobody thought of it.
    ...Object.entries(client.troubles)
      .filter(([code]) => code === 'INTERNAL_ERROR' || /^5\d\d$/.test(code))
      .map(([code, count]) => `${count} answers of ${code}`),
    ...client.silences.map(({ call }) => `Nobody answered ${call} within 30 s`),
  ];
  const isOk =
    writes.missing.length === 0 &&
    mails.lost.length === 0 &&
    doubles.every(({ excuse }) => excuse) &&
    strange.length === 0;
  return {
    writes,
    mails,
    doubles,
    recovery: recovery.slowest(log, putOff),
    kills: interruptions.counts(),
    interruptions: interruptions.all,
    troubles: client.troubles,
    strange,
    isOk,
  };
}

/** A process may fail to start while PostgreSQL is not there; whatever else ends it by itself is a defect. */
function unexplainedDeaths({ deaths, interruptions }) {
  return deaths
    .filter(
      ({ wasStarted, bornAt, at }) =>
        wasStarted ||
        !interruptions.all.some(({ service, from, to = at }) => service === 'postgres' && from <= at && to >= bornAt),
    )
    .map(({ process, how, wasStarted }) => `${process} ended by itself${wasStarted ? '' : ' at its start'}: ${how}`);
}
