import { STATUS_CODES } from 'node:http';
import { html, type Html } from '../common/html/html.js';
import { AppError } from '../common/errors/app-error.js';
import { PROBLEMS, type ProblemCode } from '../common/errors/problems.js';
import { problemHeaders } from '../core/errors/problem-headers.js';
import { PROBLEM_TYPE } from '../core/errors/problem-body.js';
import { problemExample } from '../core/openapi/error-responses.js';
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
        <dd>${status} ${STATUS_CODES[status] ?? ''}</dd>
        <dt>Cause</dt>
        <dd>${withCode(cause)}</dd>
        <dt>What to do</dt>
        <dd>${withCode(remedy)}</dd>
      </dl>
      <h2 id="example">Example</h2>
      <pre tabindex="0" aria-labelledby="example"><code>${exampleOf(code)}</code></pre>
      <p>
        OAuth endpoints answer as RFC 6749 asks instead. Tell the <code>requestId</code> to whoever runs this server: it
        is in the log.
      </p>
      <p><a href="/errors">All error codes</a></p>`,
  });
}

/** The answer as it goes over the wire, but for the headers that every answer has. */
function exampleOf(code: ProblemCode): string {
  const { status } = PROBLEMS[code];
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `content-type: ${PROBLEM_TYPE}`,
    ...Object.entries(problemHeaders(new AppError(code))).map(([name, value]) => `${name}: ${value}`),
    '',
    JSON.stringify(problemExample(code), null, 2),
  ].join('\n');
}

/** What stands between backticks, as in the log and the OpenAPI document. */
const withCode = (text: string): Html =>
  html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
