/** Shows the latest posts and keeps them as they are: first listens, then reads, so that nothing falls in between. */
const SHOWN = 20;
const STATES = ['Connecting…', 'Connected.', 'Not connected. Reload the page to try again.'];

const list = document.querySelector('#posts');
const state = document.querySelector('#state');
const find = (id) => list.querySelector(`[data-id="${CSS.escape(id)}"]`);

function entry({ id, slug, title, author, publishedAt, version }) {
  const item = document.createElement('li');
  item.dataset.id = id;
  item.dataset.version = version;
  const link = item.appendChild(document.createElement('a'));
  link.href = `/p/${encodeURIComponent(slug)}`;
  link.textContent = title;
  const line = item.appendChild(document.createElement('span'));
  line.className = 'state';
  line.textContent = ` ${author.username} · ${new Date(publishedAt).toLocaleString()}`;
  return item;
}

function show(post) {
  const shown = find(post.id);
  if (shown) shown.replaceWith(entry(post));
  else list.prepend(entry(post));
  while (list.children.length > SHOWN) list.lastElementChild.remove();
}

async function read() {
  const answer = await fetch(`/api/v1/posts?limit=${SHOWN}&fields=id,slug,title,author,publishedAt,version`);
  if (!answer.ok) return;
  const { items } = await answer.json();
  // What was told meanwhile is newer than what was read.
  const newer = items.map((post) => {
    const shown = find(post.id);
    return shown && Number(shown.dataset.version) > post.version ? shown : entry(post);
  });
  list.replaceChildren(...newer);
}

const events = new EventSource('/api/v1/events');
const on = (name, act) => events.addEventListener(name, ({ data }) => act(JSON.parse(data)));
on('post.published', show);
on('post.updated', (post) => find(post.id) && show(post));
on('post.deleted', ({ id }) => find(id)?.remove());
on('resync', read);

const tell = () => (state.textContent = STATES[events.readyState]);
events.addEventListener('error', tell);
events.addEventListener('open', tell);
events.addEventListener('open', read, { once: true });
