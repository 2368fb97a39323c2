import { html, type Html } from '../common/html/html.js';

interface PageParts {
  title: string;
  body: Html;
  /** A script under `/assets`. */
  script?: string;
}

/** The frame of every page of ours: one stylesheet, no framework, no outside host. */
export const page = ({ title, body, script }: PageParts): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Broadsheet</title>
        <link rel="icon" type="image/svg+xml" href="/assets/icon.svg" />
        <link rel="stylesheet" href="/assets/style.css" />
        ${script && html`<script type="module" src="/assets/${script}"></script>`}
      </head>
      <body>
        <header class="masthead"><a href="/">Broadsheet</a></header>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `.text;
