/** How loud the log line of a problem is: `debug` is the daily business of clients, `error` is ours to mend. */
export type ProblemLevel = 'debug' | 'info' | 'warn' | 'error';

interface Problem {
  status: number;
  /** Short and stable; also the `error` member of the envelope. */
  title: string;
  /** What led here, for the page under `/errors`. */
  cause: string;
  /** What the client can do about it. */
  remedy: string;
  level?: ProblemLevel;
}

const define = <const T extends Record<string, Problem>>(problems: T): { [Code in keyof T]: Problem } => problems;

/** Every code that an answer may carry. Clients depend on codes and statuses: add, never rename. */
export const PROBLEMS = define({
  MALFORMED_REQUEST: {
    status: 400,
    title: 'Malformed request',
    cause: 'The body is not well-formed JSON in UTF-8, or the request line or a header cannot be read.',
    remedy: 'Send well-formed JSON in UTF-8 and a percent-encoded URL.',
  },
  UNSUPPORTED_GRANT_TYPE: {
    status: 400,
    title: 'Unsupported grant type',
    cause: 'The token endpoint knows the grants `password` and `refresh_token`.',
    remedy: 'Use one of them.',
  },
  LINK_TOKEN_INVALID: {
    status: 400,
    title: 'The link is not valid any more',
    cause: 'The token was used already, has expired, was replaced, or was not made here.',
    remedy: 'Ask for a new mail and follow its link.',
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'Sign-in required',
    cause: 'The route needs an access token and the request has none.',
    remedy: 'Sign in at `POST /api/v1/auth/login` and send `Authorization: Bearer <access_token>`.',
  },
  INVALID_TOKEN: {
    status: 401,
    title: 'The access token is not valid',
    cause: 'The token has expired, was not made by this server, or its session has ended.',
    remedy: 'Refresh at `POST /api/v1/auth/refresh`, or sign in again.',
  },
  INVALID_CREDENTIALS: {
    status: 401,
    title: 'Wrong account or password',
    cause: 'There is no such account, or the password is not its own. Which of the two is not told.',
    remedy: 'Check both, or reset the password.',
  },
  INVALID_REFRESH_TOKEN: {
    status: 401,
    title: 'The refresh token is not valid',
    cause: 'The token was not made here, or its session has expired or was ended.',
    remedy: 'Sign in again.',
  },
  REFRESH_TOKEN_REUSED: {
    status: 401,
    title: 'The refresh token was used before',
    cause: 'A refresh token was presented that had been exchanged already, so its session was ended.',
    remedy: 'Sign in again. If this was not you, change the password.',
    level: 'warn',
  },
  ACCOUNT_DISABLED: {
    status: 403,
    title: 'The account is disabled',
    cause: 'An administrator has deactivated this account.',
    remedy: 'Ask an administrator.',
  },
  PASSWORD_GRANT_OFF: {
    status: 403,
    title: 'Sign-in with a password is switched off',
    cause: 'The operator has set PASSWORD_GRANT=off.',
    remedy: 'Sign in through the outside issuer that the operator names.',
  },
  WRONG_PASSWORD: {
    status: 403,
    title: 'The password is not right',
    cause: 'A change of password or address needs the present password, and the one that was sent is another.',
    remedy: 'Send the present password, or reset it.',
  },
  EMAIL_NOT_VERIFIED: {
    status: 403,
    title: 'The e-mail address is not confirmed',
    cause: 'The operator asks for a confirmed address here (REQUIRE_VERIFIED).',
    remedy: 'Follow the link of the mail; `POST /api/v1/auth/email/resend` sends another.',
  },
  ROLE_REQUIRED: {
    status: 403,
    title: 'Not allowed',
    cause: 'The route is open to other roles than that of the account.',
    remedy: 'Ask an administrator for the role.',
  },
  FOREIGN_ORIGIN: {
    status: 403,
    title: 'Sent from another site',
    cause: 'A form of this server was sent, or a WebSocket opened, by a page of another site.',
    remedy: 'Open the page here, or add its origin to CORS_ORIGINS for a WebSocket.',
  },
  REGISTRATION_CLOSED: {
    status: 403,
    title: 'Registration is closed',
    cause: 'The operator has set REGISTRATION=closed; only administrators create accounts.',
    remedy: 'Ask an administrator for an account.',
  },
  ACCOUNT_NOT_YOURS: {
    status: 403,
    title: 'The account is not yours',
    cause: 'An account is changed by its owner or by an administrator.',
    remedy: 'Sign in as the owner or as an administrator.',
  },
  ADMIN_FIELD: {
    status: 403,
    title: 'A field for administrators',
    cause: 'The request sets `role` or `isActive`, which administrators alone may do.',
    remedy: 'Leave these fields out.',
  },
  POST_NOT_YOURS: {
    status: 403,
    title: 'The post is not yours',
    cause: 'A post is changed by its author, an editor or an administrator.',
    remedy: 'Sign in as one of them.',
  },
  ROUTE_NOT_FOUND: {
    status: 404,
    title: 'No such address',
    cause: 'Nothing answers at this path.',
    remedy: 'See `/docs` for what there is.',
  },
  SESSION_NOT_FOUND: {
    status: 404,
    title: 'No such session',
    cause: 'There is no live session of yours of this id.',
    remedy: 'See `GET /api/v1/auth/sessions`.',
  },
  USER_NOT_FOUND: {
    status: 404,
    title: 'No such account',
    cause: 'There is no account of this id, or it was deleted.',
    remedy: 'Check the id.',
  },
  POST_NOT_FOUND: {
    status: 404,
    title: 'No such post',
    cause: 'There is no post of this id or slug that the request may see.',
    remedy: 'Check the id or slug; drafts are seen by their author and editors alone.',
  },
  REVISION_NOT_FOUND: {
    status: 404,
    title: 'No such version',
    cause: 'The post never had this version, has it now, or its former versions are not kept for so long.',
    remedy: 'List the versions that are kept under `/api/v1/posts/{id}/revisions`.',
  },
  EMAIL_NOT_FOUND: {
    status: 404,
    title: 'No such mail',
    cause: 'There is no mail of this id in the log.',
    remedy: 'Check the id on `/inbox`.',
  },
  BULK_EMAIL_NOT_FOUND: {
    status: 404,
    title: 'No such bulk mail',
    cause: 'No post has caused mails under this id, or it is deleted for good.',
    remedy: 'List them with `GET /api/v1/admin/bulk-emails`.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    cause: 'The path is known, the method is not one of it.',
    remedy: 'Use one of the methods in the `Allow` header.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    title: 'The request took too long to arrive',
    cause: 'Headers or body were not complete in time.',
    remedy: 'Send the request again, in one go.',
  },
  EMAIL_TAKEN: {
    status: 409,
    title: 'The e-mail address is taken',
    cause: 'Another account has this address; case does not matter.',
    remedy: 'Sign in with it, or use another address.',
  },
  USERNAME_TAKEN: {
    status: 409,
    title: 'The username is taken',
    cause: 'Another account has this username; case does not matter.',
    remedy: 'Choose another one.',
  },
  SLUG_TAKEN: {
    status: 409,
    title: 'The slug is taken',
    cause: 'Another post has this slug.',
    remedy: 'Choose another one, or leave it out to have one made.',
  },
  LAST_ADMINISTRATOR: {
    status: 409,
    title: 'The last administrator stays',
    cause: 'Nobody could administer the server after this change.',
    remedy: 'Make somebody else an administrator first.',
  },
  POST_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in the present state of the post',
    cause: 'For example, publishing a post that is published already.',
    remedy: 'Read the post again and look at its `status`.',
  },
  EMAIL_STATE_CONFLICT: {
    status: 409,
    title: 'The mail has left already',
    cause: 'It was sent, or a worker is sending it at this moment.',
    remedy: 'Look at its `status` and `history`.',
  },
  IDEMPOTENCY_KEY_IN_USE: {
    status: 409,
    title: 'The first request with this key is still running',
    cause: 'Another request with the same `Idempotency-Key` has not been answered yet.',
    remedy: 'Repeat the request in a moment; it is answered as the first one was.',
  },
  CONFLICT: {
    status: 409,
    title: 'The change conflicts with another',
    cause: 'Somebody else changed the same data in the same moment.',
    remedy: 'Read the data again and repeat the request.',
  },
  VERSION_MISMATCH: {
    status: 412,
    title: 'The post has changed since',
    cause: 'The `If-Match` header names another version than the present one.',
    remedy: 'Read the post again, merge, and send its new `ETag`.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    title: 'The body is too large',
    cause: 'A request body may have 1 MiB.',
    remedy: 'Send less.',
  },
  URI_TOO_LONG: {
    status: 414,
    title: 'The address is too long',
    cause: 'A part of the path is longer than any that is in use here.',
    remedy: 'Shorten it.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'Unsupported content type',
    cause: 'The body has a content type, charset or encoding that the route does not read.',
    remedy: 'Send `application/json` in UTF-8 (or a form where the documentation says so).',
  },
  MISDIRECTED_REQUEST: {
    status: 421,
    title: 'Unknown host',
    cause: 'The `Host` header names a host that this server does not serve.',
    remedy: 'Use the public address, or add the host to ALLOWED_HOSTS.',
  },
  VALIDATION_FAILED: {
    status: 422,
    title: 'The request is not valid',
    cause: 'One or more fields are unknown, missing, of the wrong type or out of bounds; `errors` names each.',
    remedy: 'Correct the fields that `errors` names.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'The key was used for another request',
    cause: 'The `Idempotency-Key` came with another body within the last 24 hours.',
    remedy: 'Make a new key for every new request, and keep it for its repetitions alone.',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too many requests',
    cause: 'The client has used up its requests for this window.',
    remedy: 'Wait for as many seconds as `Retry-After` says.',
    level: 'info',
  },
  TOO_MANY_CONNECTIONS: {
    status: 429,
    title: 'Too many connections',
    cause: 'The client has as many connections for live events as one client may have.',
    remedy: 'Close one of them, or share one among several tabs.',
    level: 'info',
  },
  TOO_MANY_ATTEMPTS: {
    status: 429,
    title: 'Too many attempts',
    cause: 'There were too many sign-in attempts, whether or not the account exists.',
    remedy: 'Wait for as many seconds as `Retry-After` says. Sessions that are live go on.',
    level: 'warn',
  },
  UPGRADE_REQUIRED: {
    status: 426,
    title: 'A WebSocket is spoken here',
    cause: 'The request does not ask for version 13 of the WebSocket protocol (RFC 6455).',
    remedy: 'Open it with a WebSocket client, or listen to `/api/v1/events`.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    title: 'The headers are too large',
    cause: 'All headers together may have 16 KiB.',
    remedy: 'Send fewer or shorter headers.',
  },
  INTERNAL_ERROR: {
    status: 500,
    title: 'Something went wrong here',
    cause: 'A fault of the server. It is in its log under the `requestId` of the answer.',
    remedy: 'Try again later, and tell the operator the `requestId`.',
    level: 'error',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    title: 'Not available at the moment',
    cause: 'The server is overloaded, stopping, or a service that it needs does not answer.',
    remedy: 'Try again after as many seconds as `Retry-After` says.',
    level: 'error',
  },
});

export type ProblemCode = keyof typeof PROBLEMS;
