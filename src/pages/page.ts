import { html, type Html } from '../common/html/html.js';

interface DocumentParts {
  title: string;
  /** Stylesheets and scripts. */
  head: Html;
  body: Html;
}

interface PageParts {
  title: string;
  body: Html;
  /** A script under `/assets`. */
  script?: string;
}

/** What every document of ours begins with: no outside host, light and dark, as wide as the screen. */
export const htmlDocument = ({ title, head, body }: DocumentParts): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Broadsheet</title>
        <link rel="icon" type="image/svg+xml" href="/assets/icon.svg" />
        ${head}
      </head>
      <body>
        ${body}
      </body>
    </html> `.text;

/** The frame of every page of ours: one stylesheet, no framework. */
export const page = ({ title, body, script }: PageParts): string =>
  htmlDocument({
    title,
    head: html`<link rel="stylesheet" href="/assets/style.css" />
      ${script && html`<script type="module" src="/assets/${script}"></script>`}`,
    body: html`<a class="skip" href="#content">Skip to the content</a>
      <header class="masthead"><a href="/">Broadsheet</a></header>
      <main id="content" tabindex="-1">
        <h1>${title}</h1>
        ${body}
      </main>`,
  });
