/** The queue of mails: filled and worked off by the worker, looked at by the dashboard. */
export const EMAIL_QUEUE = 'emails';
