/* Made from openapi.json by `npm run generate`. */

export interface paths {
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description With an e-mail address or a username. An unknown account and a wrong password are told alike.
         */
        post: operations["authLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Token endpoint (OAuth 2.0)
         * @description The grants `password` and `refresh_token` of RFC 6749, for OAuth clients; errors as in its §5.2.
         */
        post: operations["authToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a refresh token
         * @description Each refresh token is used once. The one used last gets the same successor again for a few seconds, so that parallel calls and lost answers do no harm; an older one ends the session.
         */
        post: operations["authRefresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a token (OAuth 2.0)
         * @description Ends the session of a refresh or access token (RFC 7009); an unknown one is no error.
         */
        post: operations["authRevoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out
         * @description Ends this session and all its tokens at once.
         */
        post: operations["authLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/email/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify an e-mail address
         * @description With the token of the link in the mail, which works once; also confirms a new address.
         */
        post: operations["accountLinksVerifyEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/email/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for the verification mail again
         * @description The answer is the same whether or not there is such an account.
         */
        post: operations["accountLinksResend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/email/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change your e-mail address
         * @description A mail goes to the new address, a notice to the old one; it takes effect once it is confirmed.
         */
        post: operations["accountLinksChangeEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password/forgot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a link to a new password
         * @description The answer, and the time that it takes, are the same whether or not there is such an account.
         */
        post: operations["accountLinksForgot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a new password
         * @description With the token of the link in the mail, which works once. Ends every session.
         */
        post: operations["accountLinksReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change your password
         * @description Ends the other sessions.
         */
        post: operations["accountLinksChangePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your sessions
         * @description Those that are live, the one used last first.
         */
        get: operations["sessionsPage"];
        put?: never;
        post?: never;
        /**
         * End all your sessions but this one
         * @description End all your sessions but this one
         */
        delete: operations["sessionsEndOthers"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one of your sessions
         * @description End one of your sessions
         */
        delete: operations["sessionsEndOne"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List accounts
         * @description List accounts
         */
        get: operations["usersPage"];
        put?: never;
        /**
         * Sign up
         * @description Makes an account and sends the welcome mail with a verification link. Administrators may leave `password` out: the owner is invited by mail to choose one.
         */
        post: operations["usersCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read your own account
         * @description Read your own account
         */
        get: operations["usersReadOwn"];
        put?: never;
        post?: never;
        /**
         * Delete your own account
         * @description Delete your own account
         */
        delete: operations["usersRemoveOwn"];
        options?: never;
        head?: never;
        /**
         * Change your own account
         * @description Change your own account
         */
        patch: operations["usersPatchOwn"];
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an account
         * @description Read an account
         */
        get: operations["usersRead"];
        /**
         * Replace the profile of an account
         * @description Replace the profile of an account
         */
        put: operations["usersReplace"];
        post?: never;
        /**
         * Delete an account
         * @description Delete an account
         */
        delete: operations["usersRemove"];
        options?: never;
        head?: never;
        /**
         * Change an account
         * @description Change an account
         */
        patch: operations["usersPatch"];
        trace?: never;
    };
    "/api/v1/users/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a deleted account
         * @description With its posts. Its address and its username may have been taken meanwhile.
         */
        post: operations["usersRestore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List posts
         * @description Published ones, newest first. Others with `status`, which needs a sign-in.
         */
        get: operations["postsPage"];
        put?: never;
        /**
         * Write a post
         * @description A draft, unless `published` is true or `publishAt` is sent. The slug is made from the title and is unique.
         */
        post: operations["postsCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a post
         * @description By id or slug. Drafts are there for their author and editors alone.
         */
        get: operations["postsRead"];
        /**
         * Replace a post
         * @description What is left out takes its default; the state changes only if `published` or `publishAt` is sent. The slug stays.
         */
        put: operations["postsReplace"];
        post?: never;
        /**
         * Delete a post
         * @description Into the trash, from which it can be restored for 30 days.
         */
        delete: operations["postsRemove"];
        options?: never;
        head?: never;
        /**
         * Change a post
         * @description Changes what is sent, and nothing else. `publishAt: null` takes a schedule back.
         */
        patch: operations["postsPatch"];
        trace?: never;
    };
    "/api/v1/posts/{id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish a post
         * @description Now, or at `publishAt`: the post appears then by itself. Another time takes the place of the first.
         */
        post: operations["publicationPublish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts/{id}/unpublish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a post back
         * @description It is a draft again, whether it was published or was to be.
         */
        post: operations["publicationUnpublish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a post out of the trash
         * @description It is what it was, but a draft where it was scheduled. Where its slug was given away it gets another one.
         */
        post: operations["publicationRestore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts/{id}/revisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the former versions of a post
         * @description Every change keeps what was before; the latest first. For those who may change the post.
         */
        get: operations["revisionsPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts/{id}/revisions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a former version of a post
         * @description Read a former version of a post
         */
        get: operations["revisionsRead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts/{id}/revisions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a former version of a post
         * @description Its title, content, excerpt and tags become those of a new version; slug and state stay.
         */
        post: operations["revisionsRestore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tags
         * @description Those of published posts, with how many there are of each.
         */
        get: operations["tagsPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/posts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the published posts of an author
         * @description List the published posts of an author
         */
        get: operations["userPostsPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/me/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the authors whom one follows
         * @description List the authors whom one follows
         */
        get: operations["subscriptionsPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/subscription": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Follow an author
         * @description A mail for each new post, once one’s address is verified. Repeating it changes nothing.
         */
        put: operations["subscriptionsFollow"];
        post?: never;
        /**
         * Follow an author no longer
         * @description Repeating it changes nothing.
         */
        delete: operations["subscriptionsUnfollow"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/unsubscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unsubscribe with one click
         * @description With the link of a mail, and without signing in (RFC 8058). Repeating it changes nothing.
         */
        post: operations["unsubscribeUnsubscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/bulk-emails": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List bulk mails
         * @description Each post that was mailed to the followers of its author, newest first.
         */
        get: operations["bulkEmailsPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/bulk-emails/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the progress of a bulk mail
         * @description Read the progress of a bulk mail
         */
        get: operations["bulkEmailsProgress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/emails": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List mails
         * @description What is owed, sent, failed and cancelled; newest first.
         */
        get: operations["adminEmailsPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/emails/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the state of a mail
         * @description With how each attempt ended.
         */
        get: operations["adminEmailsRead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/emails/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send all failed mails again
         * @description They are due now, and tried as often as new ones.
         */
        post: operations["adminEmailsRetryFailed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/emails/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a mail again
         * @description Now, whether it failed, was cancelled or waits for its next attempt.
         */
        post: operations["adminEmailsRetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List security events
         * @description Who did what to whose account, from where, and with which outcome; newest first.
         */
        get: operations["auditPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Listen to what is published
         * @description Server-Sent Events, open to everybody:
         *
         *     | event | when | data |
         *     |---|---|---|
         *     | `post.published` | a post can be read by everybody from now on | `{id, slug, title, author: {id, username}, publishedAt, version}` |
         *     | `post.updated` | a published post has changed | the same |
         *     | `post.deleted` | a post cannot be read any more: deleted, or taken back | `{id, slug}` |
         *     | `resync` | what was missed cannot be made up for: read the list anew | `{}` |
         *
         *     Each has an `id`; after a broken connection `Last-Event-ID` goes on behind it, with the last 5,000 events of a day at
         *     most. A comment every 25 seconds shows that the connection lives. Who does not read is disconnected, and may resume.
         *
         *     The same comes over WebSocket at `/api/v1/ws`, as JSON `{event, id, data}`, from `?lastEventId=` on where it is
         *     given. There the message `{"event": "authenticate", "data": {"token": "<access token>"}}` adds what concerns the
         *     account: `email.sent` `{id, kind}`, `session.revoked` `{sessionId}` (null: all of them).
         */
        get: operations["eventsListen"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count jobs
         * @description By queue and state; 503 when the queue does not answer.
         */
        get: operations["adminJobsList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        LoginDto: {
            /**
             * @description E-mail address or username
             * @example ada@example.com
             */
            username?: string;
            /** @description The same as `username` */
            email?: string;
            /**
             * Format: password
             * @example correct horse battery
             */
            password: string;
        };
        TokenResponse: {
            /** @example eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk3MGYzZSJ9.c2lnbmF0dXJl */
            access_token: string;
            /**
             * @example Bearer
             * @enum {string}
             */
            token_type: "Bearer";
            /**
             * @description Seconds until the access token expires
             * @example 900
             */
            expires_in: number;
            /** @example AZcPPmwqez6cVS9PjR8KEQAAAAB2c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tMzItYnl0ZXM */
            refresh_token: string;
            /**
             * @description Seconds until the refresh token expires unless it is used
             * @example 2592000
             */
            refresh_expires_in: number;
        };
        TokenDto: {
            /**
             * @example password
             * @enum {string}
             */
            grant_type: "password" | "refresh_token";
            /**
             * @description E-mail address or username
             * @example ada@example.com
             */
            username?: string;
            /**
             * Format: password
             * @example correct horse battery
             */
            password?: string;
            refresh_token?: string;
        };
        OAuthErrorResponse: {
            /**
             * @example invalid_grant
             * @enum {string}
             */
            error: "invalid_request" | "invalid_grant" | "unauthorized_client" | "unsupported_grant_type" | "temporarily_unavailable" | "server_error";
            /** @example Wrong account or password */
            error_description: string;
        };
        RefreshDto: {
            /** @example AZcPPmwqez6cVS9PjR8KEQAAAAB2c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tMzItYnl0ZXM */
            refresh_token: string;
        };
        RevokeDto: {
            /** @example AZcPPmwqez6cVS9PjR8KEQAAAAB2c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tMzItYnl0ZXM */
            token: string;
            /**
             * @description Ignored: both kinds are known by their form
             * @example refresh_token
             */
            token_type_hint?: string;
        };
        VerifyEmailDto: {
            /**
             * @description From the link in the mail
             * @example AQGXDz5sKnoelVPY0fChFWcPPmxzaWduYXR1cmUtb2YtdGhpcy10b2tlbg
             */
            token: string;
        };
        EmailDto: {
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
        };
        ChangeEmailDto: {
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
            /**
             * Format: password
             * @example correct horse battery
             */
            password: string;
        };
        ResetPasswordDto: {
            /**
             * @description From the link in the mail
             * @example AQGXDz5sKnoelVPY0fChFWcPPmxzaWduYXR1cmUtb2YtdGhpcy10b2tlbg
             */
            token: string;
            /**
             * Format: password
             * @example battery staple correct
             */
            password: string;
        };
        ChangePasswordDto: {
            /**
             * Format: password
             * @example correct horse battery
             */
            currentPassword: string;
            /**
             * Format: password
             * @example battery staple correct
             */
            newPassword: string;
        };
        PageInfo: {
            /**
             * @description How many items a page has at most
             * @example 20
             */
            limit: number;
            /**
             * @description Whether another page follows
             * @example true
             */
            hasMore: boolean;
            /**
             * @description Opaque; send it as `cursor` for the next page. Null on the last page
             * @example eyJzIjoiLXB1Ymxpc2hlZEF0In0.3q2-7w
             */
            nextCursor: string | null;
            /**
             * @description All that match, only with `count=exact`
             * @example 41
             */
            total?: number;
        };
        SessionResponse: {
            /**
             * Format: uuid
             * @example 01970f3f-11aa-7d0c-8b2e-77c1d0a4e9f0
             */
            id: string;
            /**
             * @description Whether it is the one that asks
             * @example true
             */
            current: boolean;
            /** @example Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0 */
            userAgent: string | null;
            /** @example 203.0.113.7 */
            ip: string | null;
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-03-02T08:00:00.000Z
             */
            lastUsedAt: string;
            /**
             * Format: date-time
             * @example 2026-04-01T08:00:00.000Z
             */
            expiresAt: string;
        };
        SessionPageResponse: {
            page: components["schemas"]["PageInfo"];
            items: components["schemas"]["SessionResponse"][];
        };
        CreateUserDto: {
            /**
             * Format: email
             * @example ada@example.com
             */
            email: string;
            /**
             * Format: password
             * @description Left out by administrators alone, to invite
             * @example correct horse battery
             */
            password?: string;
            /**
             * @description Made from the address where it is left out
             * @example ada.lovelace
             */
            username?: string;
            /** @example Ada Lovelace */
            fullName?: string | null;
            /**
             * @description Set by administrators alone
             * @example user
             * @enum {string}
             */
            role?: "user" | "editor" | "admin";
            /**
             * @description Set by administrators alone
             * @example true
             */
            isActive?: boolean;
        };
        UserResponse: {
            /**
             * Format: uuid
             * @example 01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11
             */
            id: string;
            /** @example ada.lovelace */
            username: string;
            /** @example Ada Lovelace */
            fullName: string | null;
            /**
             * @example user
             * @enum {string}
             */
            role: "user" | "editor" | "admin";
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:00.000Z
             */
            updatedAt: string;
            /**
             * Format: email
             * @description Only for oneself and administrators
             * @example ada@example.com
             */
            email?: string;
            /**
             * @description Only for oneself and administrators
             * @example true
             */
            emailVerified?: boolean;
            /**
             * @description Only for oneself and administrators
             * @example true
             */
            isActive?: boolean;
        };
        UserPageResponse: {
            page: components["schemas"]["PageInfo"];
            items: components["schemas"]["UserResponse"][];
        };
        PatchUserDto: {
            /** @example Ada King, Countess of Lovelace */
            fullName?: string | null;
            /**
             * @description Set by administrators alone
             * @example user
             * @enum {string}
             */
            role?: "user" | "editor" | "admin";
            /**
             * @description Set by administrators alone
             * @example true
             */
            isActive?: boolean;
            /** @example ada.lovelace */
            username?: string;
        };
        ReplaceUserDto: {
            /** @example Ada King, Countess of Lovelace */
            fullName?: string | null;
            /**
             * @description Set by administrators alone
             * @example user
             * @enum {string}
             */
            role?: "user" | "editor" | "admin";
            /**
             * @description Set by administrators alone
             * @example true
             */
            isActive?: boolean;
            /** @example ada.lovelace */
            username: string;
        };
        WritePostDto: {
            /**
             * @description Made from the content where it is left out
             * @example In 1833 a newspaper cost a penny for the first time.
             */
            excerpt?: string | null;
            /**
             * @description Made from the title where it is left out
             * @example how-the-penny-press-began
             */
            slug?: string;
            /**
             * @example [
             *       "writing",
             *       "how-to"
             *     ]
             */
            tags?: string[];
            /**
             * @description Whether everybody can read it
             * @example true
             */
            published?: boolean;
            /**
             * Format: date-time
             * @description When it is to appear; null takes that back. A time that has come publishes it now
             * @example 2026-12-24T08:00:00Z
             */
            publishAt?: string | null;
            /** @example How the penny press began */
            title: string;
            /**
             * @description Markdown (CommonMark), kept to the byte
             * @example In **1833** a newspaper cost a penny for the first time.
             */
            content: string;
        };
        AuthorResponse: {
            /**
             * Format: uuid
             * @example 01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11
             */
            id: string;
            /** @example ada.lovelace */
            username: string;
            /** @example Ada Lovelace */
            fullName: string | null;
        };
        PostResponse: {
            /**
             * Format: uuid
             * @example 01970f40-1d5e-7c21-8a34-6b0c9e7d2f55
             */
            id: string;
            /** @example how-the-penny-press-began */
            slug: string;
            /** @example How the penny press began */
            title: string;
            /** @example In **1833** a newspaper cost a penny for the first time. */
            content: string;
            /** @example In 1833 a newspaper cost a penny for the first time. */
            excerpt: string;
            /**
             * @example [
             *       "writing",
             *       "how-to"
             *     ]
             */
            tags: string[];
            /**
             * @example published
             * @enum {string}
             */
            status: "draft" | "scheduled" | "published";
            /**
             * @description The same as `status` being `published`
             * @example true
             */
            published: boolean;
            /**
             * Format: date-time
             * @example 2026-03-02T08:00:00.000Z
             */
            publishedAt: string | null;
            /**
             * Format: date-time
             * @example null
             */
            publishAt: string | null;
            /**
             * @description Counts the changes
             * @example 1
             */
            version: number;
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-03-02T08:00:00.000Z
             */
            updatedAt: string;
            author: components["schemas"]["AuthorResponse"];
        };
        PostItemResponse: {
            /**
             * Format: uuid
             * @example 01970f40-1d5e-7c21-8a34-6b0c9e7d2f55
             */
            id?: string;
            /** @example how-the-penny-press-began */
            slug?: string;
            /** @example How the penny press began */
            title?: string;
            /** @example In **1833** a newspaper cost a penny for the first time. */
            content?: string;
            /** @example In 1833 a newspaper cost a penny for the first time. */
            excerpt?: string;
            /**
             * @example [
             *       "writing",
             *       "how-to"
             *     ]
             */
            tags?: string[];
            /**
             * @example published
             * @enum {string}
             */
            status?: "draft" | "scheduled" | "published";
            /**
             * @description The same as `status` being `published`
             * @example true
             */
            published?: boolean;
            /**
             * Format: date-time
             * @example 2026-03-02T08:00:00.000Z
             */
            publishedAt?: string | null;
            /**
             * Format: date-time
             * @example null
             */
            publishAt?: string | null;
            /**
             * @description Counts the changes
             * @example 1
             */
            version?: number;
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:00.000Z
             */
            createdAt?: string;
            /**
             * Format: date-time
             * @example 2026-03-02T08:00:00.000Z
             */
            updatedAt?: string;
            author?: components["schemas"]["AuthorResponse"];
            /**
             * @description With `q`: where it was found, as HTML in which `<mark>` is the only element
             * @example In 1833 a newspaper cost a <mark>penny</mark> for the first time.
             */
            snippet?: string;
        };
        PostPageResponse: {
            page: components["schemas"]["PageInfo"];
            items: (components["schemas"]["PostResponse"] | components["schemas"]["PostItemResponse"])[];
        };
        PatchPostDto: {
            /**
             * @description Made from the content where it is left out
             * @example In 1833 a newspaper cost a penny for the first time.
             */
            excerpt?: string | null;
            /**
             * @description Made from the title where it is left out
             * @example how-the-penny-press-began
             */
            slug?: string;
            /**
             * @example [
             *       "writing",
             *       "how-to"
             *     ]
             */
            tags?: string[];
            /**
             * @description Whether everybody can read it
             * @example true
             */
            published?: boolean;
            /**
             * Format: date-time
             * @description When it is to appear; null takes that back. A time that has come publishes it now
             * @example 2026-12-24T08:00:00Z
             */
            publishAt?: string | null;
            /** @example How the penny press began */
            title?: string;
            /**
             * @description Markdown (CommonMark), kept to the byte
             * @example In **1833** a newspaper cost a penny for the first time.
             */
            content?: string;
        };
        PublishPostDto: {
            /**
             * Format: date-time
             * @description When it is to appear; null takes that back. A time that has come publishes it now
             * @example 2026-12-24T08:00:00Z
             */
            publishAt?: string | null;
        };
        RevisionItemResponse: {
            /** @example how-the-penny-press-began */
            slug: string;
            /** @example How the penny press began */
            title: string;
            /** @example In 1833 a newspaper cost a penny for the first time. */
            excerpt: string;
            /**
             * @example published
             * @enum {string}
             */
            status: "draft" | "scheduled" | "published";
            /**
             * @description Counts the changes
             * @example 1
             */
            version: number;
            /** @description Who wrote it; null once that account is deleted */
            editor: components["schemas"]["AuthorResponse"] | null;
            /**
             * Format: date-time
             * @description When it was written
             * @example 2026-03-01T09:30:00.000Z
             */
            createdAt: string;
        };
        RevisionPageResponse: {
            page: components["schemas"]["PageInfo"];
            items: components["schemas"]["RevisionItemResponse"][];
        };
        RevisionResponse: {
            /** @example how-the-penny-press-began */
            slug: string;
            /** @example How the penny press began */
            title: string;
            /** @example In 1833 a newspaper cost a penny for the first time. */
            excerpt: string;
            /**
             * @example published
             * @enum {string}
             */
            status: "draft" | "scheduled" | "published";
            /**
             * @description Counts the changes
             * @example 1
             */
            version: number;
            /** @description Who wrote it; null once that account is deleted */
            editor: components["schemas"]["AuthorResponse"] | null;
            /**
             * Format: date-time
             * @description When it was written
             * @example 2026-03-01T09:30:00.000Z
             */
            createdAt: string;
            /** @example In **1833** a newspaper cost a penny. */
            content: string;
            /**
             * @example [
             *       "writing"
             *     ]
             */
            tags: string[];
        };
        TagResponse: {
            /** @example writing */
            name: string;
            /**
             * @description Published posts with this tag
             * @example 12
             */
            count: number;
        };
        TagPageResponse: {
            page: components["schemas"]["PageInfo"];
            items: components["schemas"]["TagResponse"][];
        };
        SubscriptionResponse: {
            /** @description Who is followed */
            author: components["schemas"]["AuthorResponse"];
            /**
             * Format: date-time
             * @description Since when
             * @example 2026-03-01T09:30:00.000Z
             */
            createdAt: string;
        };
        SubscriptionPageResponse: {
            page: components["schemas"]["PageInfo"];
            items: components["schemas"]["SubscriptionResponse"][];
        };
        BulkEmailResponse: {
            /**
             * Format: uuid
             * @example 01970f42-7be3-7a10-9f0c-0d3a5c1e8b77
             */
            id: string;
            /**
             * Format: uuid
             * @example 01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11
             */
            postId: string;
            /** @example Hello world */
            postTitle: string;
            /**
             * @description How many mails were written so far
             * @example 1500
             */
            written: number;
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:00.000Z
             */
            startedAt: string;
            /**
             * Format: date-time
             * @description When the last of them was written; null while there are more to come
             * @example null
             */
            writtenAt: string | null;
        };
        BulkEmailPageResponse: {
            page: components["schemas"]["PageInfo"];
            items: components["schemas"]["BulkEmailResponse"][];
        };
        EmailCounts: {
            /** @example 480 */
            pending: number;
            /** @example 20 */
            sending: number;
            /** @example 997 */
            sent: number;
            /** @example 2 */
            failed: number;
            /** @example 1 */
            cancelled: number;
        };
        BulkEmailProgressResponse: {
            /**
             * Format: uuid
             * @example 01970f42-7be3-7a10-9f0c-0d3a5c1e8b77
             */
            id: string;
            /**
             * Format: uuid
             * @example 01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11
             */
            postId: string;
            /** @example Hello world */
            postTitle: string;
            /**
             * @description How many mails were written so far
             * @example 1500
             */
            written: number;
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:00.000Z
             */
            startedAt: string;
            /**
             * Format: date-time
             * @description When the last of them was written; null while there are more to come
             * @example null
             */
            writtenAt: string | null;
            /** @description All mails about the post, by their state */
            counts: components["schemas"]["EmailCounts"];
        };
        EmailResponse: {
            /**
             * Format: uuid
             * @example 01970f42-7be3-7a10-9f0c-0d3a5c1e8b77
             */
            id: string;
            /**
             * @example welcome
             * @enum {string}
             */
            kind: "welcome" | "verify" | "invitation" | "password-reset" | "password-changed" | "email-change" | "email-change-notice" | "email-changed" | "role-changed" | "new-sign-in" | "refresh-reused" | "account-locked" | "account-deleted" | "new-post";
            /**
             * Format: email
             * @example ada@example.com
             */
            to: string;
            /**
             * @example sent
             * @enum {string}
             */
            status: "pending" | "sending" | "sent" | "failed" | "cancelled";
            /**
             * @description Attempts so far
             * @example 1
             */
            tries: number;
            /**
             * @description What the mail server said last
             * @example 250 OK
             */
            lastAnswer: string | null;
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:01.000Z
             */
            sentAt: string | null;
        };
        EmailPageResponse: {
            page: components["schemas"]["PageInfo"];
            items: components["schemas"]["EmailResponse"][];
        };
        EmailAttemptResponse: {
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:01.000Z
             */
            at: string;
            /**
             * @description The state that it led to
             * @example sent
             * @enum {string}
             */
            status: "pending" | "sending" | "sent" | "failed" | "cancelled";
            /**
             * @description What the mail server, or the attempt to reach it, said
             * @example 250 OK
             */
            answer: string;
        };
        EmailDetailResponse: {
            /**
             * Format: uuid
             * @example 01970f42-7be3-7a10-9f0c-0d3a5c1e8b77
             */
            id: string;
            /**
             * @example welcome
             * @enum {string}
             */
            kind: "welcome" | "verify" | "invitation" | "password-reset" | "password-changed" | "email-change" | "email-change-notice" | "email-changed" | "role-changed" | "new-sign-in" | "refresh-reused" | "account-locked" | "account-deleted" | "new-post";
            /**
             * Format: email
             * @example ada@example.com
             */
            to: string;
            /**
             * @example sent
             * @enum {string}
             */
            status: "pending" | "sending" | "sent" | "failed" | "cancelled";
            /**
             * @description Attempts so far
             * @example 1
             */
            tries: number;
            /**
             * @description What the mail server said last
             * @example 250 OK
             */
            lastAnswer: string | null;
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:01.000Z
             */
            sentAt: string | null;
            /** @description How each attempt ended, the first one first */
            history: components["schemas"]["EmailAttemptResponse"][];
        };
        RetriedResponse: {
            /**
             * @description How many mails had failed
             * @example 3
             */
            retried: number;
        };
        AuditEventResponse: {
            /**
             * Format: uuid
             * @example 01970f43-0b1d-7c66-8a55-5b7c9e1f2a33
             */
            id: string;
            /**
             * @example session.started
             * @enum {string}
             */
            type: "account.created" | "account.changed" | "account.deleted" | "account.restored" | "account.locked" | "email.verified" | "email.change_requested" | "email.changed" | "emails.retried" | "password.changed" | "password.refused" | "password.reset_requested" | "password.reset" | "role.changed" | "session.started" | "session.refused" | "session.ended" | "session.refresh_reused";
            /**
             * @example success
             * @enum {string}
             */
            outcome: "success" | "failure";
            /**
             * Format: uuid
             * @description Who did it
             * @example null
             */
            actorId: string | null;
            /**
             * Format: uuid
             * @description Whose account it concerns
             * @example 01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11
             */
            subjectId: string | null;
            /**
             * Format: uuid
             * @example 01970f3f-11aa-7d0c-8b2e-77c1d0a4e9f0
             */
            sessionId: string | null;
            /** @example 203.0.113.7 */
            ip: string | null;
            /** @example curl/8.5.0 */
            userAgent: string | null;
            /** @example 01970f41-52aa-7c0d-8d11-90a2b7f3c644 */
            requestId: string | null;
            /**
             * Format: date-time
             * @example 2026-03-01T09:30:00.000Z
             */
            createdAt: string;
        };
        AuditEventPageResponse: {
            page: components["schemas"]["PageInfo"];
            items: components["schemas"]["AuditEventResponse"][];
        };
        JobCountsResponse: {
            /**
             * @description Due, and taken next
             * @example 3
             */
            waiting: number;
            /**
             * @description Due, and overtaken by those that wait
             * @example 120
             */
            prioritized: number;
            /**
             * @description Being worked on
             * @example 2
             */
            active: number;
            /**
             * @description Due later
             * @example 1
             */
            delayed: number;
            /**
             * @description Given up, of those that are kept to be looked at
             * @example 0
             */
            failed: number;
            /**
             * @description Done, of those that are kept
             * @example 0
             */
            completed: number;
            /**
             * @description Due, in a queue that is paused
             * @example 0
             */
            paused: number;
        };
        QueueJobsResponse: {
            /** @example emails */
            queue: string;
            counts: components["schemas"]["JobCountsResponse"];
        };
        JobsResponse: {
            items: components["schemas"]["QueueJobsResponse"][];
        };
        /** @description An error (RFC 9457), with `error` and `detail` for clients that look for those. */
        Problem: {
            /**
             * Format: uri
             * @description The page of the code
             */
            type: string;
            /** @description Short, and the same for every error of the code */
            title: string;
            status: number;
            /** @description What is wrong this time, for people */
            detail: string;
            /** @description The path of the request */
            instance: string;
            /** @description The same as `title` */
            error: string;
            /** @description Stable; for programs */
            code: string;
            /** @description The same as the header `X-Request-Id` */
            requestId: string;
            errors?: {
                /** @description Path of the field, such as `tags.3`; empty for the whole body */
                field: string;
                code: string;
                detail: string;
            }[];
        };
    };
    responses: {
        /** @description Malformed request */
        MALFORMED_REQUEST: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Wrong account or password */
        INVALID_CREDENTIALS: {
            headers: {
                /** @description RFC 6750 §3 */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account is disabled; The e-mail address is not confirmed; Sign-in with a password is switched off */
        "ACCOUNT_DISABLED.EMAIL_NOT_VERIFIED.PASSWORD_GRANT_OFF": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large */
        BODY_TOO_LARGE: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Unsupported content type */
        UNSUPPORTED_MEDIA_TYPE: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request is not valid */
        VALIDATION_FAILED: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests; Too many attempts */
        "RATE_LIMITED.TOO_MANY_ATTEMPTS": {
            headers: {
                /** @description Seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Something went wrong here */
        INTERNAL_ERROR: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not available at the moment */
        SERVICE_UNAVAILABLE: {
            headers: {
                /** @description Seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Any other error, in the same envelope */
        AnyOtherError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The refresh token is not valid; The refresh token was used before */
        "INVALID_REFRESH_TOKEN.REFRESH_TOKEN_REUSED": {
            headers: {
                /** @description RFC 6750 §3 */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests */
        RATE_LIMITED: {
            headers: {
                /** @description Seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The access token is not valid; Sign-in required */
        "INVALID_TOKEN.UNAUTHENTICATED": {
            headers: {
                /** @description RFC 6750 §3 */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account is disabled */
        ACCOUNT_DISABLED: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The link is not valid any more; Malformed request */
        "LINK_TOKEN_INVALID.MALFORMED_REQUEST": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The e-mail address is taken */
        EMAIL_TAKEN: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account is disabled; The password is not right */
        "ACCOUNT_DISABLED.WRONG_PASSWORD": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No such session */
        SESSION_NOT_FOUND: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The access token is not valid */
        INVALID_TOKEN: {
            headers: {
                /** @description RFC 6750 §3 */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account is disabled; A field for administrators; Registration is closed */
        "ACCOUNT_DISABLED.ADMIN_FIELD.REGISTRATION_CLOSED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The e-mail address is taken; The first request with this key is still running; The username is taken */
        "EMAIL_TAKEN.IDEMPOTENCY_KEY_IN_USE.USERNAME_TAKEN": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The key was used for another request; The request is not valid */
        "IDEMPOTENCY_KEY_REUSED.VALIDATION_FAILED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The last administrator stays */
        LAST_ADMINISTRATOR: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account is disabled; A field for administrators */
        "ACCOUNT_DISABLED.ADMIN_FIELD": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The last administrator stays; The username is taken */
        "LAST_ADMINISTRATOR.USERNAME_TAKEN": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No such account */
        USER_NOT_FOUND: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account is disabled; The account is not yours; A field for administrators */
        "ACCOUNT_DISABLED.ACCOUNT_NOT_YOURS.ADMIN_FIELD": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account is disabled; The account is not yours */
        "ACCOUNT_DISABLED.ACCOUNT_NOT_YOURS": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account is disabled; Not allowed */
        "ACCOUNT_DISABLED.ROLE_REQUIRED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The e-mail address is taken; The username is taken */
        "EMAIL_TAKEN.USERNAME_TAKEN": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account is disabled; The e-mail address is not confirmed */
        "ACCOUNT_DISABLED.EMAIL_NOT_VERIFIED": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The first request with this key is still running; The slug is taken */
        "IDEMPOTENCY_KEY_IN_USE.SLUG_TAKEN": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No such post */
        POST_NOT_FOUND: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account is disabled; The e-mail address is not confirmed; The post is not yours */
        "ACCOUNT_DISABLED.EMAIL_NOT_VERIFIED.POST_NOT_YOURS": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not possible in the present state of the post; The slug is taken */
        "POST_STATE_CONFLICT.SLUG_TAKEN": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The post has changed since */
        VERSION_MISMATCH: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account is disabled; The post is not yours */
        "ACCOUNT_DISABLED.POST_NOT_YOURS": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not possible in the present state of the post */
        POST_STATE_CONFLICT: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No such post; No such version */
        "POST_NOT_FOUND.REVISION_NOT_FOUND": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The link is not valid any more */
        LINK_TOKEN_INVALID: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No such bulk mail */
        BULK_EMAIL_NOT_FOUND: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No such mail */
        EMAIL_NOT_FOUND: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The mail has left already */
        EMAIL_STATE_CONFLICT: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests; Too many connections */
        "RATE_LIMITED.TOO_MANY_CONNECTIONS": {
            headers: {
                /** @description Seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    authLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "username": "ada@example.com",
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["LoginDto"];
                /**
                 * @example {
                 *       "username": "ada@example.com",
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["LoginDto"];
            };
        };
        responses: {
            /** @description Sign in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk3MGYzZSJ9.c2lnbmF0dXJl",
                     *       "token_type": "Bearer",
                     *       "expires_in": 900,
                     *       "refresh_token": "AZcPPmwqez6cVS9PjR8KEQAAAAB2c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tMzItYnl0ZXM",
                     *       "refresh_expires_in": 2592000
                     *     }
                     */
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["INVALID_CREDENTIALS"];
            403: components["responses"]["ACCOUNT_DISABLED.EMAIL_NOT_VERIFIED.PASSWORD_GRANT_OFF"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED.TOO_MANY_ATTEMPTS"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    authToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "grant_type": "password",
                 *       "username": "ada@example.com",
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["TokenDto"];
            };
        };
        responses: {
            /** @description Token endpoint (OAuth 2.0) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk3MGYzZSJ9.c2lnbmF0dXJl",
                     *       "token_type": "Bearer",
                     *       "expires_in": 900,
                     *       "refresh_token": "AZcPPmwqez6cVS9PjR8KEQAAAAB2c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tMzItYnl0ZXM",
                     *       "refresh_expires_in": 2592000
                     *     }
                     */
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            /** @description Refused */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
            /** @description Refused */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
            /** @description Refused */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
            /** @description Refused */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
            /** @description Refused */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
            /** @description Refused */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
        };
    };
    authRefresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refresh_token": "AZcPPmwqez6cVS9PjR8KEQAAAAB2c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tMzItYnl0ZXM"
                 *     }
                 */
                "application/json": components["schemas"]["RefreshDto"];
            };
        };
        responses: {
            /** @description Exchange a refresh token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk3MGYzZSJ9.c2lnbmF0dXJl",
                     *       "token_type": "Bearer",
                     *       "expires_in": 900,
                     *       "refresh_token": "AZcPPmwqez6cVS9PjR8KEQAAAAB2c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tMzItYnl0ZXM",
                     *       "refresh_expires_in": 2592000
                     *     }
                     */
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["INVALID_REFRESH_TOKEN.REFRESH_TOKEN_REUSED"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    authRevoke: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "AZcPPmwqez6cVS9PjR8KEQAAAAB2c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4tMzItYnl0ZXM",
                 *       "token_type_hint": "refresh_token"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["RevokeDto"];
            };
        };
        responses: {
            /** @description Done; no body */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
            /** @description Refused */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
            /** @description Refused */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
            /** @description Refused */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
            /** @description Refused */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
            /** @description Refused */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_grant",
                     *       "error_description": "Wrong account or password"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthErrorResponse"];
                };
            };
        };
    };
    authLogout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    accountLinksVerifyEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "AQGXDz5sKnoelVPY0fChFWcPPmxzaWduYXR1cmUtb2YtdGhpcy10b2tlbg"
                 *     }
                 */
                "application/json": components["schemas"]["VerifyEmailDto"];
            };
        };
        responses: {
            /** @description Done; no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["LINK_TOKEN_INVALID.MALFORMED_REQUEST"];
            409: components["responses"]["EMAIL_TAKEN"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    accountLinksResend: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.com"
                 *     }
                 */
                "application/json": components["schemas"]["EmailDto"];
            };
        };
        responses: {
            /** @description Done; no body */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    accountLinksChangeEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.com",
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["ChangeEmailDto"];
            };
        };
        responses: {
            /** @description Done; no body */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.WRONG_PASSWORD"];
            409: components["responses"]["EMAIL_TAKEN"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED.TOO_MANY_ATTEMPTS"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    accountLinksForgot: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.com"
                 *     }
                 */
                "application/json": components["schemas"]["EmailDto"];
            };
        };
        responses: {
            /** @description Done; no body */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    accountLinksReset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "AQGXDz5sKnoelVPY0fChFWcPPmxzaWduYXR1cmUtb2YtdGhpcy10b2tlbg",
                 *       "password": "battery staple correct"
                 *     }
                 */
                "application/json": components["schemas"]["ResetPasswordDto"];
            };
        };
        responses: {
            /** @description Done; no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["LINK_TOKEN_INVALID.MALFORMED_REQUEST"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    accountLinksChangePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "currentPassword": "correct horse battery",
                 *       "newPassword": "battery staple correct"
                 *     }
                 */
                "application/json": components["schemas"]["ChangePasswordDto"];
            };
        };
        responses: {
            /** @description Done; no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.WRONG_PASSWORD"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED.TOO_MANY_ATTEMPTS"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    sessionsPage: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description Where to go on: `page.nextCursor` of the page before, with the same filters and sort */
                cursor?: string;
                /** @description Items to pass over; not together with `cursor` */
                skip?: number;
                /** @description `exact` adds `page.total` */
                count?: "exact";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List your sessions */
            200: {
                headers: {
                    /** @description The next page (RFC 8288), where there is one */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "page": {
                     *         "limit": 20,
                     *         "hasMore": true,
                     *         "nextCursor": "eyJzIjoiLXB1Ymxpc2hlZEF0In0.3q2-7w",
                     *         "total": 41
                     *       },
                     *       "items": [
                     *         {
                     *           "id": "01970f3f-11aa-7d0c-8b2e-77c1d0a4e9f0",
                     *           "current": true,
                     *           "userAgent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
                     *           "ip": "203.0.113.7",
                     *           "createdAt": "2026-03-01T09:30:00.000Z",
                     *           "lastUsedAt": "2026-03-02T08:00:00.000Z",
                     *           "expiresAt": "2026-04-01T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["SessionPageResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    sessionsEndOthers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    sessionsEndOne: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            404: components["responses"]["SESSION_NOT_FOUND"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    usersPage: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description Where to go on: `page.nextCursor` of the page before, with the same filters and sort */
                cursor?: string;
                /** @description Items to pass over; not together with `cursor` */
                skip?: number;
                /** @description `exact` adds `page.total` */
                count?: "exact";
                /** @description Part of the username or the name */
                q?: string;
                role?: "user" | "editor" | "admin";
                /** @description Deleted ones instead, for administrators */
                deleted?: boolean;
                /** @description A leading - turns the order round */
                sort?: "createdAt" | "-createdAt" | "username" | "-username";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List accounts */
            200: {
                headers: {
                    /** @description The next page (RFC 8288), where there is one */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "page": {
                     *         "limit": 20,
                     *         "hasMore": true,
                     *         "nextCursor": "eyJzIjoiLXB1Ymxpc2hlZEF0In0.3q2-7w",
                     *         "total": 41
                     *       },
                     *       "items": [
                     *         {
                     *           "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *           "username": "ada.lovelace",
                     *           "fullName": "Ada Lovelace",
                     *           "role": "user",
                     *           "createdAt": "2026-03-01T09:30:00.000Z",
                     *           "updatedAt": "2026-03-01T09:30:00.000Z",
                     *           "email": "ada@example.com",
                     *           "emailVerified": true,
                     *           "isActive": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["UserPageResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    usersCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description A random text. A second request with the same key and body within 24 hours is answered as the first one was (`Idempotency-Replayed: true`) and creates nothing */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.com",
                 *       "password": "correct horse battery",
                 *       "username": "ada.lovelace",
                 *       "fullName": "Ada Lovelace",
                 *       "role": "user",
                 *       "isActive": true
                 *     }
                 */
                "application/json": components["schemas"]["CreateUserDto"];
            };
        };
        responses: {
            /** @description Sign up */
            201: {
                headers: {
                    /** @description Where it can be read */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *       "username": "ada.lovelace",
                     *       "fullName": "Ada Lovelace",
                     *       "role": "user",
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-01T09:30:00.000Z",
                     *       "email": "ada@example.com",
                     *       "emailVerified": true,
                     *       "isActive": true
                     *     }
                     */
                    "application/json": components["schemas"]["UserResponse"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["INVALID_TOKEN"];
            403: components["responses"]["ACCOUNT_DISABLED.ADMIN_FIELD.REGISTRATION_CLOSED"];
            409: components["responses"]["EMAIL_TAKEN.IDEMPOTENCY_KEY_IN_USE.USERNAME_TAKEN"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["IDEMPOTENCY_KEY_REUSED.VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    usersReadOwn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Read your own account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *       "username": "ada.lovelace",
                     *       "fullName": "Ada Lovelace",
                     *       "role": "user",
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-01T09:30:00.000Z",
                     *       "email": "ada@example.com",
                     *       "emailVerified": true,
                     *       "isActive": true
                     *     }
                     */
                    "application/json": components["schemas"]["UserResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    usersRemoveOwn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            409: components["responses"]["LAST_ADMINISTRATOR"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    usersPatchOwn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fullName": "Ada King, Countess of Lovelace",
                 *       "role": "user",
                 *       "isActive": true,
                 *       "username": "ada.lovelace"
                 *     }
                 */
                "application/json": components["schemas"]["PatchUserDto"];
            };
        };
        responses: {
            /** @description Change your own account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *       "username": "ada.lovelace",
                     *       "fullName": "Ada Lovelace",
                     *       "role": "user",
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-01T09:30:00.000Z",
                     *       "email": "ada@example.com",
                     *       "emailVerified": true,
                     *       "isActive": true
                     *     }
                     */
                    "application/json": components["schemas"]["UserResponse"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ADMIN_FIELD"];
            409: components["responses"]["LAST_ADMINISTRATOR.USERNAME_TAKEN"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    usersRead: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Read an account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *       "username": "ada.lovelace",
                     *       "fullName": "Ada Lovelace",
                     *       "role": "user",
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-01T09:30:00.000Z",
                     *       "email": "ada@example.com",
                     *       "emailVerified": true,
                     *       "isActive": true
                     *     }
                     */
                    "application/json": components["schemas"]["UserResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            404: components["responses"]["USER_NOT_FOUND"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    usersReplace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fullName": "Ada King, Countess of Lovelace",
                 *       "role": "user",
                 *       "isActive": true,
                 *       "username": "ada.lovelace"
                 *     }
                 */
                "application/json": components["schemas"]["ReplaceUserDto"];
            };
        };
        responses: {
            /** @description Replace the profile of an account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *       "username": "ada.lovelace",
                     *       "fullName": "Ada Lovelace",
                     *       "role": "user",
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-01T09:30:00.000Z",
                     *       "email": "ada@example.com",
                     *       "emailVerified": true,
                     *       "isActive": true
                     *     }
                     */
                    "application/json": components["schemas"]["UserResponse"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ACCOUNT_NOT_YOURS.ADMIN_FIELD"];
            404: components["responses"]["USER_NOT_FOUND"];
            409: components["responses"]["LAST_ADMINISTRATOR.USERNAME_TAKEN"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    usersRemove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ACCOUNT_NOT_YOURS"];
            404: components["responses"]["USER_NOT_FOUND"];
            409: components["responses"]["LAST_ADMINISTRATOR"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    usersPatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fullName": "Ada King, Countess of Lovelace",
                 *       "role": "user",
                 *       "isActive": true,
                 *       "username": "ada.lovelace"
                 *     }
                 */
                "application/json": components["schemas"]["PatchUserDto"];
            };
        };
        responses: {
            /** @description Change an account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *       "username": "ada.lovelace",
                     *       "fullName": "Ada Lovelace",
                     *       "role": "user",
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-01T09:30:00.000Z",
                     *       "email": "ada@example.com",
                     *       "emailVerified": true,
                     *       "isActive": true
                     *     }
                     */
                    "application/json": components["schemas"]["UserResponse"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ACCOUNT_NOT_YOURS.ADMIN_FIELD"];
            404: components["responses"]["USER_NOT_FOUND"];
            409: components["responses"]["LAST_ADMINISTRATOR.USERNAME_TAKEN"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    usersRestore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a deleted account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *       "username": "ada.lovelace",
                     *       "fullName": "Ada Lovelace",
                     *       "role": "user",
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-01T09:30:00.000Z",
                     *       "email": "ada@example.com",
                     *       "emailVerified": true,
                     *       "isActive": true
                     *     }
                     */
                    "application/json": components["schemas"]["UserResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ROLE_REQUIRED"];
            404: components["responses"]["USER_NOT_FOUND"];
            409: components["responses"]["EMAIL_TAKEN.USERNAME_TAKEN"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    postsPage: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description Where to go on: `page.nextCursor` of the page before, with the same filters and sort */
                cursor?: string;
                /** @description Items to pass over; not together with `cursor` */
                skip?: number;
                /** @description `exact` adds `page.total` */
                count?: "exact";
                /** @description Id or username of the author */
                author?: string;
                /** @description Posts with this tag */
                tag?: string;
                /** @description All but published ones are one's own; everybody's for editors and administrators */
                status?: "draft" | "scheduled" | "published" | "trashed";
                /** @description Full-text search in title, tags, excerpt and content: words, "phrases", or, -without; the last word may be a beginning. Ranked, unless `sort` is sent. Items get a `snippet` */
                q?: string;
                /** @description From this time on; of the publication, or of the creation where a post is not published */
                since?: string;
                /** @description Before this time */
                before?: string;
                /** @description A leading - turns the order round. Left out: newest first, or by rank with `q` */
                sort?: "publishedAt" | "-publishedAt" | "createdAt" | "-createdAt" | "updatedAt" | "-updatedAt" | "title" | "-title";
                /** @description Which members the items have, separated by commas: id, slug, title, content, excerpt, tags, status, published, publishedAt, publishAt, version, createdAt, updatedAt, author */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List posts */
            200: {
                headers: {
                    /** @description The next page (RFC 8288), where there is one */
                    Link?: string;
                    /** @description The version; send it as `If-Match` or `If-None-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "page": {
                     *         "limit": 20,
                     *         "hasMore": true,
                     *         "nextCursor": "eyJzIjoiLXB1Ymxpc2hlZEF0In0.3q2-7w",
                     *         "total": 41
                     *       },
                     *       "items": [
                     *         {
                     *           "id": "01970f40-1d5e-7c21-8a34-6b0c9e7d2f55",
                     *           "slug": "how-the-penny-press-began",
                     *           "title": "How the penny press began",
                     *           "content": "In **1833** a newspaper cost a penny for the first time.\n",
                     *           "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                     *           "tags": [
                     *             "writing",
                     *             "how-to"
                     *           ],
                     *           "status": "published",
                     *           "published": true,
                     *           "publishedAt": "2026-03-02T08:00:00.000Z",
                     *           "publishAt": null,
                     *           "version": 1,
                     *           "createdAt": "2026-03-01T09:30:00.000Z",
                     *           "updatedAt": "2026-03-02T08:00:00.000Z",
                     *           "author": {
                     *             "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *             "username": "ada.lovelace",
                     *             "fullName": "Ada Lovelace"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["PostPageResponse"];
                };
            };
            /** @description Unchanged; no body */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    postsCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description A random text. A second request with the same key and body within 24 hours is answered as the first one was (`Idempotency-Replayed: true`) and creates nothing */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                 *       "slug": "how-the-penny-press-began",
                 *       "tags": [
                 *         "writing",
                 *         "how-to"
                 *       ],
                 *       "published": true,
                 *       "publishAt": "2026-12-24T08:00:00Z",
                 *       "title": "How the penny press began",
                 *       "content": "In **1833** a newspaper cost a penny for the first time.\n"
                 *     }
                 */
                "application/json": components["schemas"]["WritePostDto"];
            };
        };
        responses: {
            /** @description Write a post */
            201: {
                headers: {
                    /** @description Where it can be read */
                    Location?: string;
                    /** @description The version; send it as `If-Match` or `If-None-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f40-1d5e-7c21-8a34-6b0c9e7d2f55",
                     *       "slug": "how-the-penny-press-began",
                     *       "title": "How the penny press began",
                     *       "content": "In **1833** a newspaper cost a penny for the first time.\n",
                     *       "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                     *       "tags": [
                     *         "writing",
                     *         "how-to"
                     *       ],
                     *       "status": "published",
                     *       "published": true,
                     *       "publishedAt": "2026-03-02T08:00:00.000Z",
                     *       "publishAt": null,
                     *       "version": 1,
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-02T08:00:00.000Z",
                     *       "author": {
                     *         "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *         "username": "ada.lovelace",
                     *         "fullName": "Ada Lovelace"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PostResponse"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.EMAIL_NOT_VERIFIED"];
            409: components["responses"]["IDEMPOTENCY_KEY_IN_USE.SLUG_TAKEN"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["IDEMPOTENCY_KEY_REUSED.VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    postsRead: {
        parameters: {
            query?: {
                /** @description html: `content` is the Markdown rendered and sanitised */
                format?: "markdown" | "html";
            };
            header?: {
                /** @description The `ETag` of the version at hand */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Id or slug */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Read a post */
            200: {
                headers: {
                    /** @description The version; send it as `If-Match` or `If-None-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f40-1d5e-7c21-8a34-6b0c9e7d2f55",
                     *       "slug": "how-the-penny-press-began",
                     *       "title": "How the penny press began",
                     *       "content": "In **1833** a newspaper cost a penny for the first time.\n",
                     *       "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                     *       "tags": [
                     *         "writing",
                     *         "how-to"
                     *       ],
                     *       "status": "published",
                     *       "published": true,
                     *       "publishedAt": "2026-03-02T08:00:00.000Z",
                     *       "publishAt": null,
                     *       "version": 1,
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-02T08:00:00.000Z",
                     *       "author": {
                     *         "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *         "username": "ada.lovelace",
                     *         "fullName": "Ada Lovelace"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PostResponse"];
                };
            };
            /** @description The post has another slug now; `Location` leads there */
            301: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unchanged; no body */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["INVALID_TOKEN"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            404: components["responses"]["POST_NOT_FOUND"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    postsReplace: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change */
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                 *       "slug": "how-the-penny-press-began",
                 *       "tags": [
                 *         "writing",
                 *         "how-to"
                 *       ],
                 *       "published": true,
                 *       "publishAt": "2026-12-24T08:00:00Z",
                 *       "title": "How the penny press began",
                 *       "content": "In **1833** a newspaper cost a penny for the first time.\n"
                 *     }
                 */
                "application/json": components["schemas"]["WritePostDto"];
            };
        };
        responses: {
            /** @description Replace a post */
            200: {
                headers: {
                    /** @description The version; send it as `If-Match` or `If-None-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f40-1d5e-7c21-8a34-6b0c9e7d2f55",
                     *       "slug": "how-the-penny-press-began",
                     *       "title": "How the penny press began",
                     *       "content": "In **1833** a newspaper cost a penny for the first time.\n",
                     *       "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                     *       "tags": [
                     *         "writing",
                     *         "how-to"
                     *       ],
                     *       "status": "published",
                     *       "published": true,
                     *       "publishedAt": "2026-03-02T08:00:00.000Z",
                     *       "publishAt": null,
                     *       "version": 1,
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-02T08:00:00.000Z",
                     *       "author": {
                     *         "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *         "username": "ada.lovelace",
                     *         "fullName": "Ada Lovelace"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PostResponse"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.EMAIL_NOT_VERIFIED.POST_NOT_YOURS"];
            404: components["responses"]["POST_NOT_FOUND"];
            409: components["responses"]["POST_STATE_CONFLICT.SLUG_TAKEN"];
            412: components["responses"]["VERSION_MISMATCH"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    postsRemove: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change */
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.POST_NOT_YOURS"];
            404: components["responses"]["POST_NOT_FOUND"];
            412: components["responses"]["VERSION_MISMATCH"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    postsPatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change */
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                 *       "slug": "how-the-penny-press-began",
                 *       "tags": [
                 *         "writing",
                 *         "how-to"
                 *       ],
                 *       "published": true,
                 *       "publishAt": "2026-12-24T08:00:00Z",
                 *       "title": "How the penny press began",
                 *       "content": "In **1833** a newspaper cost a penny for the first time.\n"
                 *     }
                 */
                "application/json": components["schemas"]["PatchPostDto"];
            };
        };
        responses: {
            /** @description Change a post */
            200: {
                headers: {
                    /** @description The version; send it as `If-Match` or `If-None-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f40-1d5e-7c21-8a34-6b0c9e7d2f55",
                     *       "slug": "how-the-penny-press-began",
                     *       "title": "How the penny press began",
                     *       "content": "In **1833** a newspaper cost a penny for the first time.\n",
                     *       "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                     *       "tags": [
                     *         "writing",
                     *         "how-to"
                     *       ],
                     *       "status": "published",
                     *       "published": true,
                     *       "publishedAt": "2026-03-02T08:00:00.000Z",
                     *       "publishAt": null,
                     *       "version": 1,
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-02T08:00:00.000Z",
                     *       "author": {
                     *         "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *         "username": "ada.lovelace",
                     *         "fullName": "Ada Lovelace"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PostResponse"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.EMAIL_NOT_VERIFIED.POST_NOT_YOURS"];
            404: components["responses"]["POST_NOT_FOUND"];
            409: components["responses"]["POST_STATE_CONFLICT.SLUG_TAKEN"];
            412: components["responses"]["VERSION_MISMATCH"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    publicationPublish: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PublishPostDto"];
            };
        };
        responses: {
            /** @description Publish a post */
            200: {
                headers: {
                    /** @description The version; send it as `If-Match` or `If-None-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f40-1d5e-7c21-8a34-6b0c9e7d2f55",
                     *       "slug": "how-the-penny-press-began",
                     *       "title": "How the penny press began",
                     *       "content": "In **1833** a newspaper cost a penny for the first time.\n",
                     *       "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                     *       "tags": [
                     *         "writing",
                     *         "how-to"
                     *       ],
                     *       "status": "published",
                     *       "published": true,
                     *       "publishedAt": "2026-03-02T08:00:00.000Z",
                     *       "publishAt": null,
                     *       "version": 1,
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-02T08:00:00.000Z",
                     *       "author": {
                     *         "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *         "username": "ada.lovelace",
                     *         "fullName": "Ada Lovelace"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PostResponse"];
                };
            };
            400: components["responses"]["MALFORMED_REQUEST"];
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.EMAIL_NOT_VERIFIED.POST_NOT_YOURS"];
            404: components["responses"]["POST_NOT_FOUND"];
            409: components["responses"]["POST_STATE_CONFLICT"];
            413: components["responses"]["BODY_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    publicationUnpublish: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Take a post back */
            200: {
                headers: {
                    /** @description The version; send it as `If-Match` or `If-None-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f40-1d5e-7c21-8a34-6b0c9e7d2f55",
                     *       "slug": "how-the-penny-press-began",
                     *       "title": "How the penny press began",
                     *       "content": "In **1833** a newspaper cost a penny for the first time.\n",
                     *       "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                     *       "tags": [
                     *         "writing",
                     *         "how-to"
                     *       ],
                     *       "status": "published",
                     *       "published": true,
                     *       "publishedAt": "2026-03-02T08:00:00.000Z",
                     *       "publishAt": null,
                     *       "version": 1,
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-02T08:00:00.000Z",
                     *       "author": {
                     *         "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *         "username": "ada.lovelace",
                     *         "fullName": "Ada Lovelace"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PostResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.POST_NOT_YOURS"];
            404: components["responses"]["POST_NOT_FOUND"];
            409: components["responses"]["POST_STATE_CONFLICT"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    publicationRestore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Take a post out of the trash */
            200: {
                headers: {
                    /** @description The version; send it as `If-Match` or `If-None-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f40-1d5e-7c21-8a34-6b0c9e7d2f55",
                     *       "slug": "how-the-penny-press-began",
                     *       "title": "How the penny press began",
                     *       "content": "In **1833** a newspaper cost a penny for the first time.\n",
                     *       "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                     *       "tags": [
                     *         "writing",
                     *         "how-to"
                     *       ],
                     *       "status": "published",
                     *       "published": true,
                     *       "publishedAt": "2026-03-02T08:00:00.000Z",
                     *       "publishAt": null,
                     *       "version": 1,
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-02T08:00:00.000Z",
                     *       "author": {
                     *         "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *         "username": "ada.lovelace",
                     *         "fullName": "Ada Lovelace"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PostResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.POST_NOT_YOURS"];
            404: components["responses"]["POST_NOT_FOUND"];
            409: components["responses"]["POST_STATE_CONFLICT"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    revisionsPage: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description Where to go on: `page.nextCursor` of the page before, with the same filters and sort */
                cursor?: string;
                /** @description Items to pass over; not together with `cursor` */
                skip?: number;
                /** @description `exact` adds `page.total` */
                count?: "exact";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List the former versions of a post */
            200: {
                headers: {
                    /** @description The next page (RFC 8288), where there is one */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "page": {
                     *         "limit": 20,
                     *         "hasMore": true,
                     *         "nextCursor": "eyJzIjoiLXB1Ymxpc2hlZEF0In0.3q2-7w",
                     *         "total": 41
                     *       },
                     *       "items": [
                     *         {
                     *           "slug": "how-the-penny-press-began",
                     *           "title": "How the penny press began",
                     *           "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                     *           "status": "published",
                     *           "version": 1,
                     *           "editor": {
                     *             "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *             "username": "ada.lovelace",
                     *             "fullName": "Ada Lovelace"
                     *           },
                     *           "createdAt": "2026-03-01T09:30:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RevisionPageResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.POST_NOT_YOURS"];
            404: components["responses"]["POST_NOT_FOUND"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    revisionsRead: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Read a former version of a post */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "slug": "how-the-penny-press-began",
                     *       "title": "How the penny press began",
                     *       "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                     *       "status": "published",
                     *       "version": 1,
                     *       "editor": {
                     *         "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *         "username": "ada.lovelace",
                     *         "fullName": "Ada Lovelace"
                     *       },
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "content": "In **1833** a newspaper cost a penny.\n",
                     *       "tags": [
                     *         "writing"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RevisionResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.POST_NOT_YOURS"];
            404: components["responses"]["POST_NOT_FOUND.REVISION_NOT_FOUND"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    revisionsRestore: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change */
                "If-Match"?: string;
            };
            path: {
                id: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a former version of a post */
            200: {
                headers: {
                    /** @description The version; send it as `If-Match` or `If-None-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f40-1d5e-7c21-8a34-6b0c9e7d2f55",
                     *       "slug": "how-the-penny-press-began",
                     *       "title": "How the penny press began",
                     *       "content": "In **1833** a newspaper cost a penny for the first time.\n",
                     *       "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                     *       "tags": [
                     *         "writing",
                     *         "how-to"
                     *       ],
                     *       "status": "published",
                     *       "published": true,
                     *       "publishedAt": "2026-03-02T08:00:00.000Z",
                     *       "publishAt": null,
                     *       "version": 1,
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "updatedAt": "2026-03-02T08:00:00.000Z",
                     *       "author": {
                     *         "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *         "username": "ada.lovelace",
                     *         "fullName": "Ada Lovelace"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PostResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.POST_NOT_YOURS"];
            404: components["responses"]["POST_NOT_FOUND.REVISION_NOT_FOUND"];
            412: components["responses"]["VERSION_MISMATCH"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    tagsPage: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description Where to go on: `page.nextCursor` of the page before, with the same filters and sort */
                cursor?: string;
                /** @description Items to pass over; not together with `cursor` */
                skip?: number;
                /** @description `exact` adds `page.total` */
                count?: "exact";
                /** @description Beginning of the tag */
                q?: string;
                /** @description A leading - turns the order round */
                sort?: "name" | "-name" | "count" | "-count";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List tags */
            200: {
                headers: {
                    /** @description The next page (RFC 8288), where there is one */
                    Link?: string;
                    /** @description The version; send it as `If-Match` or `If-None-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "page": {
                     *         "limit": 20,
                     *         "hasMore": true,
                     *         "nextCursor": "eyJzIjoiLXB1Ymxpc2hlZEF0In0.3q2-7w",
                     *         "total": 41
                     *       },
                     *       "items": [
                     *         {
                     *           "name": "writing",
                     *           "count": 12
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["TagPageResponse"];
                };
            };
            /** @description Unchanged; no body */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["INVALID_TOKEN"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    userPostsPage: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description Where to go on: `page.nextCursor` of the page before, with the same filters and sort */
                cursor?: string;
                /** @description Items to pass over; not together with `cursor` */
                skip?: number;
                /** @description `exact` adds `page.total` */
                count?: "exact";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List the published posts of an author */
            200: {
                headers: {
                    /** @description The next page (RFC 8288), where there is one */
                    Link?: string;
                    /** @description The version; send it as `If-Match` or `If-None-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "page": {
                     *         "limit": 20,
                     *         "hasMore": true,
                     *         "nextCursor": "eyJzIjoiLXB1Ymxpc2hlZEF0In0.3q2-7w",
                     *         "total": 41
                     *       },
                     *       "items": [
                     *         {
                     *           "id": "01970f40-1d5e-7c21-8a34-6b0c9e7d2f55",
                     *           "slug": "how-the-penny-press-began",
                     *           "title": "How the penny press began",
                     *           "content": "In **1833** a newspaper cost a penny for the first time.\n",
                     *           "excerpt": "In 1833 a newspaper cost a penny for the first time.",
                     *           "tags": [
                     *             "writing",
                     *             "how-to"
                     *           ],
                     *           "status": "published",
                     *           "published": true,
                     *           "publishedAt": "2026-03-02T08:00:00.000Z",
                     *           "publishAt": null,
                     *           "version": 1,
                     *           "createdAt": "2026-03-01T09:30:00.000Z",
                     *           "updatedAt": "2026-03-02T08:00:00.000Z",
                     *           "author": {
                     *             "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *             "username": "ada.lovelace",
                     *             "fullName": "Ada Lovelace"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["PostPageResponse"];
                };
            };
            /** @description Unchanged; no body */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["INVALID_TOKEN"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            404: components["responses"]["USER_NOT_FOUND"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    subscriptionsPage: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description Where to go on: `page.nextCursor` of the page before, with the same filters and sort */
                cursor?: string;
                /** @description Items to pass over; not together with `cursor` */
                skip?: number;
                /** @description `exact` adds `page.total` */
                count?: "exact";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List the authors whom one follows */
            200: {
                headers: {
                    /** @description The next page (RFC 8288), where there is one */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "page": {
                     *         "limit": 20,
                     *         "hasMore": true,
                     *         "nextCursor": "eyJzIjoiLXB1Ymxpc2hlZEF0In0.3q2-7w",
                     *         "total": 41
                     *       },
                     *       "items": [
                     *         {
                     *           "author": {
                     *             "id": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *             "username": "ada.lovelace",
                     *             "fullName": "Ada Lovelace"
                     *           },
                     *           "createdAt": "2026-03-01T09:30:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["SubscriptionPageResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    subscriptionsFollow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            404: components["responses"]["USER_NOT_FOUND"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    subscriptionsUnfollow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    unsubscribeUnsubscribe: {
        parameters: {
            query: {
                /** @description From the link in the mail */
                token: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; no body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["LINK_TOKEN_INVALID"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    bulkEmailsPage: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description Where to go on: `page.nextCursor` of the page before, with the same filters and sort */
                cursor?: string;
                /** @description Items to pass over; not together with `cursor` */
                skip?: number;
                /** @description `exact` adds `page.total` */
                count?: "exact";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List bulk mails */
            200: {
                headers: {
                    /** @description The next page (RFC 8288), where there is one */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "page": {
                     *         "limit": 20,
                     *         "hasMore": true,
                     *         "nextCursor": "eyJzIjoiLXB1Ymxpc2hlZEF0In0.3q2-7w",
                     *         "total": 41
                     *       },
                     *       "items": [
                     *         {
                     *           "id": "01970f42-7be3-7a10-9f0c-0d3a5c1e8b77",
                     *           "postId": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *           "postTitle": "Hello world",
                     *           "written": 1500,
                     *           "startedAt": "2026-03-01T09:30:00.000Z",
                     *           "writtenAt": null
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BulkEmailPageResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ROLE_REQUIRED"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    bulkEmailsProgress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Read the progress of a bulk mail */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f42-7be3-7a10-9f0c-0d3a5c1e8b77",
                     *       "postId": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *       "postTitle": "Hello world",
                     *       "written": 1500,
                     *       "startedAt": "2026-03-01T09:30:00.000Z",
                     *       "writtenAt": null,
                     *       "counts": {
                     *         "pending": 480,
                     *         "sending": 20,
                     *         "sent": 997,
                     *         "failed": 2,
                     *         "cancelled": 1
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["BulkEmailProgressResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ROLE_REQUIRED"];
            404: components["responses"]["BULK_EMAIL_NOT_FOUND"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    adminEmailsPage: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description Where to go on: `page.nextCursor` of the page before, with the same filters and sort */
                cursor?: string;
                /** @description Items to pass over; not together with `cursor` */
                skip?: number;
                /** @description `exact` adds `page.total` */
                count?: "exact";
                status?: "pending" | "sending" | "sent" | "failed" | "cancelled";
                kind?: "welcome" | "verify" | "invitation" | "password-reset" | "password-changed" | "email-change" | "email-change-notice" | "email-changed" | "role-changed" | "new-sign-in" | "refresh-reused" | "account-locked" | "account-deleted" | "new-post";
                /** @description Address of the recipient */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List mails */
            200: {
                headers: {
                    /** @description The next page (RFC 8288), where there is one */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "page": {
                     *         "limit": 20,
                     *         "hasMore": true,
                     *         "nextCursor": "eyJzIjoiLXB1Ymxpc2hlZEF0In0.3q2-7w",
                     *         "total": 41
                     *       },
                     *       "items": [
                     *         {
                     *           "id": "01970f42-7be3-7a10-9f0c-0d3a5c1e8b77",
                     *           "kind": "welcome",
                     *           "to": "ada@example.com",
                     *           "status": "sent",
                     *           "tries": 1,
                     *           "lastAnswer": "250 OK",
                     *           "createdAt": "2026-03-01T09:30:00.000Z",
                     *           "sentAt": "2026-03-01T09:30:01.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["EmailPageResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ROLE_REQUIRED"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    adminEmailsRead: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Read the state of a mail */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f42-7be3-7a10-9f0c-0d3a5c1e8b77",
                     *       "kind": "welcome",
                     *       "to": "ada@example.com",
                     *       "status": "sent",
                     *       "tries": 1,
                     *       "lastAnswer": "250 OK",
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "sentAt": "2026-03-01T09:30:01.000Z",
                     *       "history": [
                     *         {
                     *           "at": "2026-03-01T09:30:01.000Z",
                     *           "status": "sent",
                     *           "answer": "250 OK"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["EmailDetailResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ROLE_REQUIRED"];
            404: components["responses"]["EMAIL_NOT_FOUND"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    adminEmailsRetryFailed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Send all failed mails again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "retried": 3
                     *     }
                     */
                    "application/json": components["schemas"]["RetriedResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ROLE_REQUIRED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    adminEmailsRetry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Send a mail again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970f42-7be3-7a10-9f0c-0d3a5c1e8b77",
                     *       "kind": "welcome",
                     *       "to": "ada@example.com",
                     *       "status": "sent",
                     *       "tries": 1,
                     *       "lastAnswer": "250 OK",
                     *       "createdAt": "2026-03-01T09:30:00.000Z",
                     *       "sentAt": "2026-03-01T09:30:01.000Z",
                     *       "history": [
                     *         {
                     *           "at": "2026-03-01T09:30:01.000Z",
                     *           "status": "sent",
                     *           "answer": "250 OK"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["EmailDetailResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ROLE_REQUIRED"];
            404: components["responses"]["EMAIL_NOT_FOUND"];
            409: components["responses"]["EMAIL_STATE_CONFLICT"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    auditPage: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description Where to go on: `page.nextCursor` of the page before, with the same filters and sort */
                cursor?: string;
                /** @description Items to pass over; not together with `cursor` */
                skip?: number;
                /** @description `exact` adds `page.total` */
                count?: "exact";
                type?: "account.created" | "account.changed" | "account.deleted" | "account.restored" | "account.locked" | "email.verified" | "email.change_requested" | "email.changed" | "emails.retried" | "password.changed" | "password.refused" | "password.reset_requested" | "password.reset" | "role.changed" | "session.started" | "session.refused" | "session.ended" | "session.refresh_reused";
                outcome?: "success" | "failure";
                /** @description Whose account it concerns */
                subject?: string;
                /** @description Who did it */
                actor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List security events */
            200: {
                headers: {
                    /** @description The next page (RFC 8288), where there is one */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "page": {
                     *         "limit": 20,
                     *         "hasMore": true,
                     *         "nextCursor": "eyJzIjoiLXB1Ymxpc2hlZEF0In0.3q2-7w",
                     *         "total": 41
                     *       },
                     *       "items": [
                     *         {
                     *           "id": "01970f43-0b1d-7c66-8a55-5b7c9e1f2a33",
                     *           "type": "session.started",
                     *           "outcome": "success",
                     *           "actorId": null,
                     *           "subjectId": "01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11",
                     *           "sessionId": "01970f3f-11aa-7d0c-8b2e-77c1d0a4e9f0",
                     *           "ip": "203.0.113.7",
                     *           "userAgent": "curl/8.5.0",
                     *           "requestId": "01970f41-52aa-7c0d-8d11-90a2b7f3c644",
                     *           "createdAt": "2026-03-01T09:30:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AuditEventPageResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ROLE_REQUIRED"];
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    eventsListen: {
        parameters: {
            query?: {
                /** @description The `id` of the last event that was received, where the header `Last-Event-ID` cannot be set */
                lastEventId?: string;
            };
            header?: {
                /** @description The `id` of the last event that was received */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events, for as long as the connection lasts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 2000
                     *
                     *     id: 5f0c4a52-8f52-4c0e-9a7e-0d0f6c1b7a11
                     *     event: post.published
                     *     data: {"id":"01970f40-1d5e-7c21-8a34-6b0c9e7d2f55","slug":"about-the-press","title":"About the press","author":{"id":"01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11","username":"ada"},"publishedAt":"2026-03-01T12:00:00.000Z","version":1}
                     *
                     *     : heartbeat
                     */
                    "text/event-stream": string;
                };
            };
            422: components["responses"]["VALIDATION_FAILED"];
            429: components["responses"]["RATE_LIMITED.TOO_MANY_CONNECTIONS"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
    adminJobsList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Count jobs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "queue": "emails",
                     *           "counts": {
                     *             "waiting": 3,
                     *             "prioritized": 120,
                     *             "active": 2,
                     *             "delayed": 1,
                     *             "failed": 0,
                     *             "completed": 0,
                     *             "paused": 0
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["JobsResponse"];
                };
            };
            401: components["responses"]["INVALID_TOKEN.UNAUTHENTICATED"];
            403: components["responses"]["ACCOUNT_DISABLED.ROLE_REQUIRED"];
            429: components["responses"]["RATE_LIMITED"];
            500: components["responses"]["INTERNAL_ERROR"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            default: components["responses"]["AnyOtherError"];
        };
    };
}
