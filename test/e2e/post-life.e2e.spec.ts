import { TrashService } from '../../src/posts/trash.service.js';
import { createPerson, signIn, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { POSTS, titlesOf, writePost, type WrittenPost } from './support/posts.js';
import { expectScenario, itAnswers, type Scenario } from './support/scenarios.js';

const DAY = 86_400;
const LATER = '2099-01-01T00:00:00.000Z';
const LATER_STILL = '2099-06-01T00:00:00.000Z';
const PAST = '2001-01-01T00:00:00.000Z';

const scheduled = (publishAt: string) => ({ status: 'scheduled', published: false, publishAt, publishedAt: null });

describe('the whole life of a post', () => {
  let api: TestApi;
  let ada: Person;
  let post: WrittenPost;
  const asAda = () => ada;

  beforeAll(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    ada = await createPerson(api, 'ada');
  });

  afterAll(() => api.stop());

  const step = async (suffix: string, status: number, method = 'POST', body?: object): Promise<string | undefined> => {
    const answer = await ada.client.request(method, `${post.path}${suffix}`, { body });
    expect({ suffix, status: answer.status }).toEqual({ suffix, status });
    return answer.body?.status;
  };

  it('leads from draft to scheduled, published, draft, trash, and out of it', async () => {
    post = await writePost(ada.client, { title: 'A whole life' });
    expect(await step('/publish', 200, 'POST', { publishAt: LATER })).toBe('scheduled');
    expect(await step('/publish', 200)).toBe('published');
    expect(await step('/unpublish', 200)).toBe('draft');
    await step('', 204, 'DELETE');
    expect(await step('/restore', 200)).toBe('draft');
    expect(await step('/publish', 200)).toBe('published');
    await step('', 204, 'DELETE');
    expect(await step('/restore', 200)).toBe('published');
    const [{ count } = { count: 0 }] = await api.database.rows<{ count: number }>(
      `SELECT count(*)::int FROM outbox_events WHERE type = 'PostPublished' AND payload->>'postId' = $1`,
      [post.id],
    );
    expect(count).toBe(2);
  });

  /** What brings a fresh post into a state. */
  const BECOMES: Record<string, () => Promise<unknown>> = {
    draft: async () => undefined,
    scheduled: () => step('/publish', 200, 'POST', { publishAt: LATER }),
    published: () => step('/publish', 200),
    trashed: () => step('', 204, 'DELETE'),
  };
  const inState = (state: string) => async () => {
    post = await writePost(ada.client);
    await BECOMES[state]?.();
  };

  const WRONG: [state: string, method: string, suffix: string, body: object | undefined, code: string][] = [
    ['draft', 'POST', '/unpublish', undefined, 'POST_STATE_CONFLICT'],
    ['draft', 'POST', '/restore', undefined, 'POST_STATE_CONFLICT'],
    ['scheduled', 'POST', '/restore', undefined, 'POST_STATE_CONFLICT'],
    ['published', 'POST', '/publish', undefined, 'POST_STATE_CONFLICT'],
    ['published', 'POST', '/publish', { publishAt: LATER }, 'POST_STATE_CONFLICT'],
    ['published', 'POST', '/publish', { publishAt: PAST }, 'POST_STATE_CONFLICT'],
    ['published', 'PATCH', '', { publishAt: LATER }, 'POST_STATE_CONFLICT'],
    ['published', 'PATCH', '', { published: true, publishAt: LATER }, 'POST_STATE_CONFLICT'],
    ['published', 'PUT', '', { title: 'x', content: 'x', publishAt: LATER }, 'POST_STATE_CONFLICT'],
    ['published', 'POST', '/restore', undefined, 'POST_STATE_CONFLICT'],
    ['trashed', 'POST', '/publish', undefined, 'POST_NOT_FOUND'],
    ['trashed', 'POST', '/publish', { publishAt: LATER }, 'POST_NOT_FOUND'],
    ['trashed', 'POST', '/unpublish', undefined, 'POST_NOT_FOUND'],
    ['trashed', 'PATCH', '', { publishAt: null }, 'POST_NOT_FOUND'],
    ['trashed', 'DELETE', '', undefined, 'POST_NOT_FOUND'],
    ['trashed', 'GET', '/revisions', undefined, 'POST_NOT_FOUND'],
    ['trashed', 'POST', '/revisions/1/restore', undefined, 'POST_NOT_FOUND'],
  ];

  itAnswers(
    () => api,
    WRONG.map(([state, method, suffix, body, code]): Scenario => ({
      name: `${state}: ${method} ${suffix} ${JSON.stringify(body ?? '')} is ${code}`,
      given: inState(state),
      as: asAda,
      method,
      path: () => `${post.path}${suffix}`,
      body,
      expect: { status: code === 'POST_NOT_FOUND' ? 404 : 409, code },
    })),
  );

  const DRAFT = { status: 'draft', published: false, publishAt: null, publishedAt: null };

  const WISHES: [state: string, method: string, suffix: string, wish: object, then: object][] = [
    ['draft', 'PATCH', '', { publishAt: LATER }, scheduled(LATER)],
    ['draft', 'PATCH', '', { published: true, publishAt: LATER }, scheduled(LATER)],
    ['draft', 'PATCH', '', { publishAt: '2099-01-01T02:00:00+02:00' }, scheduled(LATER)],
    ['draft', 'PATCH', '', { publishAt: null }, DRAFT],
    ['draft', 'PATCH', '', { published: false, publishAt: null }, DRAFT],
    ['scheduled', 'PATCH', '', { publishAt: LATER_STILL }, scheduled(LATER_STILL)],
    ['scheduled', 'PATCH', '', { title: 'Another' }, { ...scheduled(LATER), title: 'Another' }],
    ['scheduled', 'PATCH', '', { publishAt: null }, DRAFT],
    ['scheduled', 'PATCH', '', { published: false }, DRAFT],
    ['scheduled', 'POST', '/publish', { publishAt: LATER_STILL }, scheduled(LATER_STILL)],
    ['scheduled', 'POST', '/unpublish', {}, DRAFT],
    ['scheduled', 'PUT', '', { title: 'x', content: 'x' }, scheduled(LATER)],
    ['scheduled', 'PUT', '', { title: 'x', content: 'x', publishAt: null }, DRAFT],
    ['published', 'PATCH', '', { publishAt: null }, { status: 'published', publishAt: null }],
  ];

  it.each(WISHES)('%s: %s %s %j makes it %j', async (state, method, suffix, wish, then) => {
    await inState(state)();
    await expectScenario(api, {
      name: 'wish',
      as: asAda,
      method,
      path: `${post.path}${suffix}`,
      body: wish,
      expect: { status: 200, body: then },
    });
    expect((await ada.client.get(post.path)).body).toMatchObject(then);
  });

  it.each([
    ['draft', 'POST', '/publish', { publishAt: PAST }],
    ['draft', 'PATCH', '', { publishAt: PAST }],
    ['scheduled', 'POST', '/publish', { publishAt: PAST }],
    ['scheduled', 'PATCH', '', { publishAt: PAST }],
    ['scheduled', 'PATCH', '', { published: true }],
    ['scheduled', 'PUT', '', { title: 'x', content: 'x', published: true }],
  ])('%s: %s %s %j publishes it now, not back then', async (state, method, suffix, body) => {
    await inState(state)();
    const before = Date.now();
    const { body: now } = await expectScenario(api, {
      name: 'now',
      as: asAda,
      method,
      path: `${post.path}${suffix}`,
      body,
      expect: { status: 200, body: { status: 'published', publishAt: null }, events: ['PostPublished'] },
    });
    expect(Date.parse(now.publishedAt)).toBeGreaterThanOrEqual(before);
    expect((await api.client().get(post.path)).status).toBe(200);
  });

  itAnswers(
    () => api,
    [
      ...(['POST', 'PUT', 'PATCH'] as const).map((method): Scenario => ({
        name: `${method} refuses a time for what is not to be published`,
        given: inState('scheduled'),
        as: asAda,
        method,
        path: () => (method === 'POST' ? POSTS : post.path),
        body: { title: 'x', content: 'x', published: false, publishAt: LATER_STILL },
        expect: { status: 422, code: 'VALIDATION_FAILED', fields: ['publishAt'] },
      })),
      ...[
        'tomorrow',
        '2099-02-30T00:00:00Z',
        '2099-01-01',
        4_102_444_800,
        '',
        [LATER],
        '9999-12-31T23:59:59-10:00',
      ].map((publishAt): Scenario => ({
        name: `refuses to appear at ${JSON.stringify(publishAt)}`,
        given: inState('draft'),
        as: asAda,
        method: 'PATCH',
        path: () => post.path,
        body: { publishAt },
        expect: { status: 422, fields: ['publishAt'] },
      })),
      {
        name: 'may begin as scheduled, unseen by strangers',
        as: asAda,
        method: 'POST',
        path: POSTS,
        body: { title: 'Planned', content: 'x', publishAt: LATER },
        expect: { status: 201, body: scheduled(LATER) },
      },
      {
        name: 'what was scheduled comes out of the trash as a draft',
        given: async () => {
          await inState('scheduled')();
          await step('', 204, 'DELETE');
        },
        as: asAda,
        method: 'POST',
        path: () => `${post.path}/restore`,
        expect: { status: 200, body: DRAFT },
      },
    ],
  );

  it('ends thirty days after it went to the trash, not before', async () => {
    post = await writePost(ada.client, { title: 'To the end', published: true });
    const kept = await writePost(ada.client, { title: 'Lives on', published: true });
    await step('', 204, 'DELETE');
    await api.app.get(TrashService).purge();
    api.travel(30 * DAY - 60);
    await api.app.get(TrashService).purge();
    const again = await signIn(api, 'ada');
    expect(await titlesOf(again.client, 'status=trashed')).toContain('To the end');
    api.travel(120);
    await api.app.get(TrashService).purge();
    expect(await titlesOf(again.client, 'status=trashed')).not.toContain('To the end');
    expect((await again.client.post(`${post.path}/restore`)).status).toBe(404);
    expect((await again.client.get(kept.path)).status).toBe(200);
    const left = await api.database.rows('SELECT 1 FROM post_revisions WHERE post_id = $1', [post.id]);
    expect(left).toEqual([]);
  });
});
