/** The link in the mail only shows this page; the token is used up when a password is sent. */
const form = document.querySelector('#reset');
const outcome = document.querySelector('#outcome');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const { value: password } = form.querySelector('#password');
  const answer = await fetch('/api/v1/auth/password/reset', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, password }),
  });
  const problem = answer.ok ? undefined : await answer.json();
  outcome.textContent = problem
    ? `${problem.title}. ${problem.detail}`
    : 'Your password is set. You can sign in with it now.';
  form.hidden = answer.ok;
});
