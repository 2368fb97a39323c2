/** The link in the mail only shows a page; the token is used up when its reader says so. */
const button = document.querySelector('#verify');
const outcome = document.querySelector('#outcome');

button.addEventListener('click', async () => {
  button.disabled = true;
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const answer = await fetch('/api/v1/auth/email/verify', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const problem = answer.ok ? undefined : await answer.json();
  outcome.textContent = problem
    ? `${problem.title}. ${problem.detail}`
    : 'Your address is confirmed. You can close this page.';
  button.hidden = answer.ok;
  button.disabled = false;
});
