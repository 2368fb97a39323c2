import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** Debian's; other systems name theirs in CHROMIUM_PATH. */
const EXECUTABLE = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Suites that need a browser; skipped, and said so, where there is none. */
export const describeWithBrowser = existsSync(EXECUTABLE) ? describe : describe.skip;

/** Milliseconds for one action: Swagger UI takes seconds to open an operation, and more beside other suites on slow cores. */
const WAIT = 45_000;
/** Milliseconds for a test, which takes several actions: it is the action that is to say what did not come. */
const STORY = 180_000;

jest.setTimeout(STORY);

/** A browser that asks no host but ours. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** A page, and what it did that it should not. */
export interface WatchedPage {
  page: Page;
  /** Addresses of other hosts that it asked. */
  outside: string[];
  /** Errors, and what the content security policy refused. */
  complaints: string[];
}

/** @param url of the one server that it is to ask */
export async function watchedPage(
  browser: Browser,
  url: string,
  options?: BrowserContextOptions,
): Promise<WatchedPage> {
  const page = await browser.newPage(options);
  const [outside, complaints]: [string[], string[]] = [[], []];
  page.setDefaultTimeout(WAIT);
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(?:data|blob):/.test(request.url())) outside.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('Content Security Policy'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, outside, complaints };
}
