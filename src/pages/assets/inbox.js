/** Keeps the page fresh: the server renders it, and this puts in its new parts when the list of mails has changed. */
const POLL_INTERVAL = 2_000;
const PARTS = ['#messages', '#count', '#progress'];

const filter = new URLSearchParams(location.search);
filter.delete('id');
let shown;

/** Into the time and the language of whoever looks. */
function localize() {
  for (const time of document.querySelectorAll('time')) time.textContent = new Date(time.dateTime).toLocaleString();
}

async function refresh() {
  const answer = await fetch(`/inbox/messages?${filter.toString()}`);
  if (!answer.ok) return;
  const text = await answer.text();
  if (text === shown) return;
  const page = await fetch(location.href);
  if (!page.ok) return;
  const fresh = new DOMParser().parseFromString(await page.text(), 'text/html');
  for (const part of PARTS) {
    const [old, current] = [document.querySelector(part), fresh.querySelector(part)];
    if (old && current) replace(old, current);
  }
  localize();
  shown = text;
}

/** Whoever has come to a message by keyboard stays there. */
function replace(old, current) {
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute('href') : undefined;
  old.replaceChildren(...current.childNodes);
  if (focused) old.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
}

async function poll() {
  if (!document.hidden) await refresh().catch(() => undefined);
  setTimeout(poll, POLL_INTERVAL);
}

// What is left open is not searched for.
document.querySelector('.filters').addEventListener('formdata', ({ formData }) => {
  for (const name of ['to', 'status', 'kind']) if (formData.get(name) === '') formData.delete(name);
});

localize();
await poll();
