import { html, type Html } from '../../common/html/html.js';

/** The parts that every mail has; both forms of it are made from them. */
export interface Letter {
  subject: string;
  greeting: string;
  paragraphs: string[];
  /** The one thing to do. */
  action?: { label: string; url: string };
  /** Why somebody gets this mail. */
  reason: string;
  /** For mails that one can do without. */
  unsubscribeUrl?: string;
}

/** Inline styles, as mail programs drop style sheets. */
const STYLE = {
  // A name or a link without a blank in it must not stretch the mail.
  body: 'margin:0;padding:24px;background:#f4f4f1;color:#1c1c1a;font:16px/1.5 Georgia,serif;overflow-wrap:anywhere',
  sheet: 'max-width:560px;margin:0 auto;padding:32px;background:#ffffff;border-top:4px solid #8c1c13',
  action:
    'display:inline-block;padding:12px 20px;background:#8c1c13;color:#ffffff;text-decoration:none;font-weight:bold',
  small: 'margin-top:32px;color:#5c5c57;font-size:13px',
};

export const htmlLetter = (letter: Letter): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${letter.subject}</title>
      </head>
      <body style="${STYLE.body}">
        <div style="${STYLE.sheet}">
          <p>${letter.greeting}</p>
          ${letter.paragraphs.map((paragraph) => html`<p>${paragraph}</p> `)}${letter.action && actionButton(letter.action)}
          <p style="${STYLE.small}">
            ${letter.reason}${letter.unsubscribeUrl && html` <a href="${letter.unsubscribeUrl}">Unsubscribe</a>`}
          </p>
        </div>
      </body>
    </html> `;

const actionButton = ({ label, url }: NonNullable<Letter['action']>): Html =>
  html`<p><a href="${url}" style="${STYLE.action}">${label}</a></p>
    <p style="${STYLE.small}">If the button does nothing, open this address: <a href="${url}">${url}</a></p>`;

export const textLetter = (letter: Letter): string =>
  [
    letter.greeting,
    ...letter.paragraphs,
    ...(letter.action ? [`${letter.action.label}:\n${letter.action.url}`] : []),
    `-- \n${letter.reason}`,
    ...(letter.unsubscribeUrl ? [`Unsubscribe:\n${letter.unsubscribeUrl}`] : []),
  ].join('\n\n') + '\n';
