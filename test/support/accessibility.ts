import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** The levels A and AA. */
export const WCAG_21 = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
/** What is asked for by no standard, but done by whoever cares. */
export const GOOD_PRACTICE = 'best-practice';

/** A rule that is broken, and the elements that break it. */
export interface Barrier {
  rule: string;
  help: string;
  elements: string[];
}

/**
 * What stands in the way of people who use the page with a screen reader, by keyboard, or with poor sight, as far as axe-core
 * can tell. Frames are not looked into: they are pages of their own.
 */
export async function barriersOf(page: Page, rules: string[]): Promise<Barrier[]> {
  // Evaluated, as the policies of the pages let in no script that is not theirs.
  await page.evaluate(axe.source);
  const options = { iframes: false, resultTypes: ['violations'], runOnly: rules };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations.map(({ id, help, nodes }) => ({
    rule: id,
    help,
    elements: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary ?? ''}`),
  }));
}
