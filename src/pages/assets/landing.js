/** Shows how the parts do that run here, for as long as somebody looks. */
const INTERVAL = 5_000;
const WORDS = { up: 'ok', late: 'behind', down: 'not there' };
const SUMMARY = {
  up: 'Everything runs.',
  late: 'Something does not keep up.',
  down: 'Something is not there.',
};

const list = document.querySelector('#parts');
const summary = document.querySelector('#summary');

function row([name, { state, detail }]) {
  const item = document.createElement('li');
  const label = item.appendChild(document.createElement('span'));
  label.textContent = name;
  const word = item.appendChild(document.createElement('strong'));
  word.className = 'state';
  word.dataset.state = state;
  word.textContent = WORDS[state];
  if (detail) item.append(` ${detail}`);
  return item;
}

/** Said aloud by screen readers, so only when it is something new. */
function say(text) {
  if (summary.textContent !== text) summary.textContent = text;
}

async function refresh() {
  const answer = await fetch('/status', { signal: AbortSignal.timeout(INTERVAL) });
  if (!answer.ok) return say('The status cannot be read at the moment.');
  const { status, parts } = await answer.json();
  list.replaceChildren(...Object.entries(parts).map(row));
  return say(SUMMARY[status]);
}

async function poll() {
  if (!document.hidden) await refresh().catch(() => say('The server does not answer.'));
  setTimeout(poll, INTERVAL);
}

const request = document.querySelector('#request');
const copy = document.querySelector('#copy');
if (navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(request.textContent);
    copy.textContent = 'Copied';
  });
}

await poll();
