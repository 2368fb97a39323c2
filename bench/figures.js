import { measureMemory } from './figures/memory.js';
import { measureStart } from './figures/start.js';
import { measureCopies } from './figures/copies.js';
import { align } from './table.js';

/**
 * What is not a ratio to the baseline.
 * @typedef {object} Figure
 * @property {string} name
 * @property {string} figure
 * @property {string} bar
 * @property {boolean} isOk
 */

/**
 * @typedef {object} Situation
 * @property {import('./dataset.js').Dataset} dataset
 * @property {import('./cores.js').Cores | undefined} cores
 * @property {import('./options.js').Options} options
 * @property {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 */

/** @type {{ name: string, isAsked: (options: import('./options.js').Options) => boolean, measure: (situation: Situation) => Promise<{ figures: Figure[], raw: unknown }> }[]} */
const ALL = [
  { name: 'start', isAsked: () => true, measure: measureStart },
  { name: 'copies', isAsked: ({ short }) => !short, measure: measureCopies },
  { name: 'memory', isAsked: ({ memory }) => memory, measure: measureMemory },
];

/** @param {import('./options.js').Options} options */
export const figuresOf = (options) =>
  ALL.filter(({ name, isAsked }) => isAsked(options) && name.includes(options.only));

/**
 * What was seen beside the load of a work.
 * @param {import('./works.js').Work[]} works
 * @param {import('./comparison.js').Comparison[]} comparisons
 * @returns {Figure[]}
 */
export const meanwhileOf = (works, comparisons) =>
  works
    .filter(({ meanwhile }) => meanwhile)
    .flatMap(({ name, meanwhile: { path, p99 } }) =>
      comparisons
        .filter(({ work }) => work === name)
        .map(({ figures, baseline }) => ({
          name: `GET ${path} during ${name}, p99`,
          figure: `${figures.meanwhile.toFixed(0)} ms (baseline ${baseline.meanwhile.toFixed(0)})`,
          bar: `${p99} ms`,
          isOk: figures.meanwhile < p99,
        })),
    );

/** @param {Figure[]} figures */
export const renderFigures = (figures) =>
  align([
    ['figure', 'measured', 'bar', 'ok'],
    ...figures.map(({ name, figure, bar, isOk }) => [name, figure, bar, isOk ? 'yes' : 'NO']),
  ]);
