import { html } from '../../common/html/html.js';
import { htmlDocument } from '../page.js';

/** The reference fills all of it, so that it has nothing of our frame but the icon. */
export const redocPage = (): string =>
  htmlDocument({
    title: 'API reference',
    head: html`<link rel="stylesheet" href="/assets/redoc.css" />
      <script defer src="/redoc/redoc.standalone.js"></script>
      <script type="module" src="/assets/redoc.js"></script>`,
    body: html`<noscript>
        <p>This page needs JavaScript. The <a href="/api/v1/openapi.json">OpenAPI document</a> does not.</p>
      </noscript>
      <main id="reference"></main>`,
  });
