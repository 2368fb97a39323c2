import { html } from '../../common/html/html.js';

/** The reference fills all of it, so that it has nothing of our frame but the icon. */
export const redocPage = (): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>API reference · Broadsheet</title>
        <link rel="icon" type="image/svg+xml" href="/assets/icon.svg" />
        <link rel="stylesheet" href="/assets/redoc.css" />
        <script defer src="/redoc/redoc.standalone.js"></script>
        <script type="module" src="/assets/redoc.js"></script>
      </head>
      <body>
        <noscript>
          <p>This page needs JavaScript. The <a href="/api/v1/openapi.json">OpenAPI document</a> does not.</p>
        </noscript>
        <main id="reference"></main>
      </body>
    </html> `.text;
