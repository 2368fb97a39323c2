/** The link in the mail only shows a page; the subscription ends when its reader says so. */
const form = document.querySelector('#unsubscribe');
const outcome = document.querySelector('#outcome');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const answer = await fetch(form.action, { method: 'POST' });
  const problem = answer.ok ? undefined : await answer.json();
  outcome.textContent = problem
    ? `${problem.title}. ${problem.detail}`
    : 'You get no more of these mails. You can close this page.';
  form.hidden = answer.ok;
});
