/** A series that an expression asks for, and the labels that it matches it by. */
export interface Selector {
  metric: string;
  labels: string[];
}

const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
/** Durations and steps, and what Grafana puts there. */
const RANGE = /\[[^\]]*\]/g;
const CLAUSE = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g;
const WORD = /([a-zA-Z_:][\w:]*)\s*(\{[^}]*\}|\()?/g;
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'atan2', 'inf', 'nan']);
const LABEL = /([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)/g;

/**
 * What a PromQL expression reads: every word that is neither a function, nor an operator, nor part of a clause. A clause
 * is made into a parenthesis, as an aggregation may have it in front of its own: `sum by (le) (…)`.
 */
export function selectorsOf(expression: string): Selector[] {
  const bare = expression.replace(TEXT, '""').replace(RANGE, '').replace(CLAUSE, '(');
  return [...bare.matchAll(WORD)]
    .filter(([, word = '', after = '']) => after !== '(' && !OPERATORS.has(word.toLowerCase()))
    .map(([, metric = '', matchers = '']) => ({
      metric,
      labels: [...matchers.matchAll(LABEL)].map(([, label = '']) => label),
    }));
}
