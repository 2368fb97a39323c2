import { race } from '../support/cache-race.js';
import { createPerson } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { TestClient } from '../support/test-client.js';

describe('reads and writes at the same time', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start();
  });

  afterAll(() => api.stop());

  it('never show what was there before a write that was answered', async () => {
    const ada = await createPerson(api, 'ada');
    // Holding each answer against the document would leave the readers little time to read.
    const client = (token?: string) => new TestClient(api.url, { check: () => undefined }, token);
    const { reads, writes, stale, failures } = await race({
      authors: [client(ada.accessToken)],
      readers: [client()],
      authorId: ada.id,
      duration: 3_000,
    });
    expect({ stale: stale.slice(0, 5), failures: failures.slice(0, 5) }).toEqual({ stale: [], failures: [] });
    expect(reads).toBeGreaterThan(100);
    expect(writes).toBeGreaterThan(20);
  });
});
