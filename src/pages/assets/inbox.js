/** Keeps the list of mails fresh; the server renders the page, this only replaces the list when it has changed. */
const POLL_INTERVAL = 2_000;

const list = document.querySelector('#messages');
const count = document.querySelector('#count');
const selected = new URLSearchParams(location.search).get('id');
let shown = '';

function entry(message) {
  const item = document.createElement('li');
  const link = item.appendChild(document.createElement('a'));
  link.href = `/inbox?id=${message.id}`;
  if (message.id === selected) link.setAttribute('aria-current', 'true');
  link.append(message.subject, document.createElement('br'));
  const line = link.appendChild(document.createElement('span'));
  line.className = 'state';
  line.dataset.state = message.status;
  line.textContent = `${message.status} · to ${message.to} · ${new Date(message.createdAt).toLocaleString()}`;
  return item;
}

async function refresh() {
  const answer = await fetch('/inbox/messages');
  if (!answer.ok) return;
  const text = await answer.text();
  if (text === shown) return;
  shown = text;
  const { items } = JSON.parse(text);
  list.replaceChildren(...items.map(entry));
  count.textContent = items.length === 0 ? 'No mail yet.' : `${items.length} shown, newest first.`;
}

async function poll() {
  if (!document.hidden) await refresh().catch(() => undefined);
  setTimeout(poll, POLL_INTERVAL);
}

await refresh();
setTimeout(poll, POLL_INTERVAL);
