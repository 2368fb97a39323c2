import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';

describe('posts', () => {
  let api: TestApi;
  let ada: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
  });

  afterAll(() => api.stop());

  it('is written as a draft', async () => {
    const answer = await ada.client.post('/api/v1/posts', { title: 'A title', content: 'text' });
    expect(answer.status).toBe(201);
  });
});
