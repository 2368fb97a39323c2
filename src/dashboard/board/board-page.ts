import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Html, html } from '../../common/html/html.js';
import type { BoardAdapter } from './board-adapter.js';

/** Where Bull Board asks another host for a font; those of the system do as well. */
const OUTSIDE_LINK = /<link\b[^>]*href="https?:[^>]*>/g;
/** `<%= escaped %>` and `<%- as it is %>`, all that its template knows. */
const PLACEHOLDER = /<%([=-])\s*(\w+)\s*%>/g;

/** The page of Bull Board, which is the same for every path: its script reads what the path is about. */
export function renderBoard({ viewsPath, entry, uiConfig }: BoardAdapter): string {
  const view = entry?.handler({ basePath: '/queues', uiConfig });
  if (!view) throw new Error('Bull Board has no page');
  return readFileSync(join(viewsPath, view.name), 'utf8')
    .replaceAll(OUTSIDE_LINK, '')
    .replaceAll(PLACEHOLDER, (_placeholder, kind: string, name: string) => {
      const value = view.params[name] ?? '';
      return html`${kind === '-' ? new Html(value) : value}`.text;
    });
}
