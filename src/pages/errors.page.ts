import { html } from '../common/html/html.js';
import { PROBLEMS, type ProblemCode } from '../common/errors/problems.js';
import { page } from './page.js';

/** The catalogue of error codes. */
export const errorsPage = (): string =>
  page({
    title: 'Error codes',
    body: html`<p>Every error has a <code>code</code> that stays the same; its <code>type</code> leads here.</p>
      <table>
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Code</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          ${Object.entries(PROBLEMS).map(
            ([code, { status, title }]) =>
              html`<tr>
                <td>${status}</td>
                <td>
                  <a href="/errors/${code}"><code>${code}</code></a>
                </td>
                <td>${title}</td>
              </tr> `,
          )}
        </tbody>
      </table>`,
  });

export function errorPage(code: ProblemCode): string {
  const { status, title, cause, remedy } = PROBLEMS[code];
  return page({
    title,
    body: html`<dl>
        <dt>Code</dt>
        <dd><code>${code}</code></dd>
        <dt>Status</dt>
        <dd>${status}</dd>
        <dt>Cause</dt>
        <dd>${cause}</dd>
        <dt>What to do</dt>
        <dd>${remedy}</dd>
      </dl>
      <p><a href="/errors">All error codes</a></p>`,
  });
}
