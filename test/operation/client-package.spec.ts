import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWithBrowser, startBrowser, watchedPage } from '../support/browser.js';
import { PASSWORD } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { InstalledClient } from '../clients/support/installed-client.js';
import { StaticSite } from '../clients/support/static-site.js';

const USERNAME = 'ada';

let client: InstalledClient;

beforeAll(async () => {
  client = await InstalledClient.install();
});
afterAll(() => client.remove());

const signUp = (api: TestApi) =>
  api.client().post('/api/v1/users', { email: 'ada@example.com', password: PASSWORD, username: USERNAME });

const use = (body: string): string => `
  import { Broadsheet, ok } from 'broadsheet-client';
  const broadsheet = new Broadsheet({ baseUrl: 'http://localhost:3000' });
  const post = await ok(broadsheet.api.POST('/api/v1/posts', { body: ${body} }));
  const title: string = post.title;
  console.log(title);`;

describe('the package of the TypeScript client', () => {
  it('works in Node where nothing but it is installed', async () => {
    const api = await TestApi.start();
    await signUp(api);
    const program = `
      import { Broadsheet, items, ok } from 'broadsheet-client';
      const broadsheet = new Broadsheet({ baseUrl: process.argv[2] });
      await broadsheet.signIn('${USERNAME}', '${PASSWORD}');
      await ok(broadsheet.api.POST('/api/v1/posts', { body: { title: 'Packed', content: 'x', published: true } }));
      for await (const { title } of items((cursor) => ok(broadsheet.api.GET('/api/v1/posts', { params: { query: { cursor } } }))))
        console.log(title);`;
    expect(await client.node(program, api.url)).toBe('Packed');
    await api.stop();
  });

  it('tells the compiler what there is, and what there is not', async () => {
    expect(await client.typeErrors(use("{ title: 'One', content: 'x' }"))).toBe('');
    expect(await client.typeErrors(use('{ title: 1 }'))).toContain("Type 'number' is not assignable to type 'string'");
  });
});

describeWithBrowser('the package of the TypeScript client in a browser', () => {
  it('signs in from a page of an allowed origin, publishes, and hears of it both ways', async () => {
    const site = await StaticSite.serve(client.directory);
    const api = await TestApi.start({ CORS_ORIGINS: site.url });
    const browser = await startBrowser();
    await signUp(api);
    await writeFile(join(client.directory, 'index.html'), pageFor(api.url));
    const { page, complaints } = await watchedPage(browser, site.url);
    await page.goto(`${site.url}/index.html`);
    await page.locator('#done').waitFor();
    expect(await page.locator('#done').innerText()).toBe('post.published, post.published');
    expect(complaints).toEqual([]);
    await browser.close();
    await api.stop();
    await site.close();
  });
});

/** Without any bundler, as browsers read modules themselves. */
const pageFor = (url: string): string => `<!doctype html>
<link rel="icon" href="data:," />
<script type="importmap">
  { "imports": {
    "broadsheet-client": "/node_modules/broadsheet-client/dist/index.js",
    "openapi-fetch": "/node_modules/openapi-fetch/dist/index.mjs"
  } }
</script>
<script type="module">
  import { Broadsheet, ok } from 'broadsheet-client';
  const broadsheet = new Broadsheet({ baseUrl: '${url}' });
  await broadsheet.signIn('${USERNAME}', '${PASSWORD}');
  const listening = [broadsheet.events(), broadsheet.ownEvents()].map((events) => events.next());
  let isHeard = false;
  const hearing = Promise.all(listening).finally(() => (isHeard = true));
  const body = { title: 'From a page', content: 'x', published: true };
  // What came before a listener was there is none of its own.
  while (!isHeard) {
    await ok(broadsheet.api.POST('/api/v1/posts', { body }));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const heard = (await hearing).map(({ value }) => value.event);
  document.body.innerHTML = '<p id="done">' + heard.join(', ') + '</p>';
</script>`;
