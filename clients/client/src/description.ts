// Made by `npm run describe` of the backend's description; do not edit.

export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Leads to the dashboard
         * @description Needs no token.
         */
        get: operations["getRoot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures of each agent
         * @description For agents.
         */
        get: operations["getAnalyticsAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/charts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Conversations and messages of each day of a period
         * @description For agents.
         */
        get: operations["getAnalyticsCharts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures of all conversations
         * @description For agents.
         */
        get: operations["getAnalyticsOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/asyncapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The WebSocket as AsyncAPI
         * @description Needs no token.
         */
        get: operations["getAsyncapiJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The security log, the latest first; who is no administrator sees what concerns its own account
         * @description For agents.
         */
        get: operations["getAuthAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Logs a user in
         * @description Needs no token.
         */
        post: operations["postAuthLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends the token's session
         * @description For agents.
         */
        post: operations["postAuthLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Changes one's own password; other tokens die
         * @description For agents.
         */
        put: operations["putAuthPassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The user whose token it is
         * @description For agents.
         */
        get: operations["getAuthProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Registers a user; the first one becomes the super administrator
         * @description Needs no token.
         */
        post: operations["postAuthRegister"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/registration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who may register now
         * @description Needs no token.
         */
        get: operations["getAuthRegistration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Sets what the others see of the user
         * @description For agents.
         */
        put: operations["putAuthStatus"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The users, the latest first; agents see those who may log in, and less of them
         * @description For agents.
         */
        get: operations["getAuthUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Changes a user; a super administrator may change roles and administrators
         * @description For administrators.
         */
        put: operations["putAuthUsersId"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Gives a user another password; its tokens die
         * @description For administrators.
         */
        put: operations["putAuthUsersIdPassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/canned-responses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The newest first
         * @description For agents.
         */
        get: operations["getCannedResponses"];
        put?: never;
        /**
         * Makes a canned response
         * @description For agents.
         */
        post: operations["postCannedResponses"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/canned-responses/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A canned response
         * @description For agents.
         */
        get: operations["getCannedResponsesId"];
        /**
         * Changes one's own; an administrator any
         * @description For agents.
         */
        put: operations["putCannedResponsesId"];
        post?: never;
        /**
         * Deletes one's own; an administrator any
         * @description For agents.
         */
        delete: operations["deleteCannedResponsesId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The conversations, the latest message first, or the longest waiting
         * @description A visitor sees what is its own, an agent everything.
         */
        get: operations["getConversations"];
        put?: never;
        /**
         * Starts a conversation with a visitor who has none open; the agent holds it
         * @description For agents.
         */
        post: operations["postConversations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A conversation with its whole visitor
         * @description A visitor sees what is its own, an agent everything.
         */
        get: operations["getConversationsId"];
        /**
         * Writes notes, tags and priority
         * @description For agents.
         */
        put: operations["putConversationsId"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Gives a conversation to an agent, or takes it
         * @description For agents.
         */
        put: operations["putConversationsIdAssign"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Ends it for good
         * @description For agents.
         */
        put: operations["putConversationsIdClose"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What has happened to a conversation, the oldest first
         * @description For agents.
         */
        get: operations["getConversationsIdEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/rate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Rates a conversation that has ended; who knows its id may
         * @description Needs no token.
         */
        put: operations["putConversationsIdRate"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Marks it as settled
         * @description For agents.
         */
        put: operations["putConversationsIdResolve"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Hands a conversation that somebody holds to an agent
         * @description For agents.
         */
        put: operations["putConversationsIdTransfer"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This API, to read
         * @description Needs no token.
         */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What that page loads, and the WebSocket's
         * @description Needs no token.
         */
        get: operations["getDocsFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The messages in which each word that is looked for begins one, the newest first
         * @description For agents.
         */
        get: operations["getMessages"];
        put?: never;
        /**
         * Sends a message; the same `clientMessageId` gives the one that is stored
         * @description A visitor sees what is its own, an agent everything.
         */
        post: operations["postMessages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/{conversationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages of a conversation: page 1 is the newest, the oldest of a page comes first
         * @description A visitor sees what is its own, an agent everything.
         */
        get: operations["getMessagesConversationId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Marks the messages up to this one as read
         * @description A visitor sees what is its own, an agent everything.
         */
        put: operations["putMessagesIdRead"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/messages/conversation/{conversationId}/read-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Marks what the visitor sent as read
         * @description For agents.
         */
        put: operations["putMessagesConversationConversationIdReadAll"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This API as OpenAPI
         * @description Needs no token.
         */
        get: operations["getOpenapiJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/visitors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The visitors, the last seen first
         * @description A visitor sees what is its own, an agent everything.
         */
        get: operations["getVisitors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/visitors/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A visitor
         * @description A visitor sees what is its own, an agent everything.
         */
        get: operations["getVisitorsId"];
        /**
         * Writes what is known of a visitor
         * @description For agents.
         */
        put: operations["putVisitorsId"];
        post?: never;
        /**
         * Erases everything personal about a visitor and what was said with it
         * @description For administrators.
         */
        delete: operations["deleteVisitorsId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/visitors/{id}/ban": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Shuts a visitor out
         * @description For agents.
         */
        put: operations["putVisitorsIdBan"];
        post?: never;
        /**
         * Lets a visitor in again
         * @description For agents.
         */
        delete: operations["deleteVisitorsIdBan"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/visitors/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All that is stored of a visitor, in parts of some megabytes
         * @description For administrators.
         */
        get: operations["getVisitorsIdExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/config.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where a client finds the WebSocket
         * @description Needs no token.
         */
        get: operations["getConfigJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dashboard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Leads to the dashboard, at `/dashboard/`
         * @description Needs no token.
         */
        get: operations["getDashboard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dashboard/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the dashboard loads
         * @description Needs no token.
         */
        get: operations["getDashboardFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/demo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page with the widget in it
         * @description Needs no token.
         */
        get: operations["getDemo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/demo.css": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The style of that page
         * @description Needs no token.
         */
        get: operations["getDemoCss"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A sign of life; with `deep=1` of the database, too
         * @description Needs no token.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/widget.d.ts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The types of `window.livechat`, for TypeScript
         * @description Needs no token.
         */
        get: operations["getWidgetDTs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/widget.js": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The widget's launcher, for `<script async src>`
         * @description Needs no token.
         */
        get: operations["getWidgetJs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/widget/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the widget loads when it is opened
         * @description Needs no token.
         */
        get: operations["getWidgetFile"];
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
        Acks: {
            "agent:connect": components["schemas"]["ConnectedUser"];
            "agent:watch": components["schemas"]["Nothing"];
            "conversation:join": components["schemas"]["Joined"];
            "conversation:leave": components["schemas"]["Nothing"];
            "conversation:start": components["schemas"]["ConversationCreated"];
            "message:delivered": components["schemas"]["Marked"];
            "message:read": components["schemas"]["Marked"];
            "message:send": components["schemas"]["SentMessage"];
            ping: components["schemas"]["Nothing"];
            "typing:start": components["schemas"]["Nothing"];
            "typing:stop": components["schemas"]["Nothing"];
            "visitor:connect": components["schemas"]["VisitorConnected"];
            "visitor:page": components["schemas"]["Nothing"];
        };
        /** @description Who did something to a conversation. */
        Actor: {
            /** @description Of the agent or the visitor. */
            _id: string | null;
            /** @description The present name, if that is known. */
            name: string | null;
            /** @description On which side; `system` where it was nobody. */
            sender: components["schemas"]["Actor2"];
        };
        /** @description Who does something to a conversation. */
        Actor2: "agent" | "visitor" | "system";
        /** @description An agent inside a conversation. */
        AgentBrief: {
            /** @description Its id; of a day in a chart, the date */
            _id: string;
            /** @description The address of a picture */
            avatar: string | null;
            /** @description The email address */
            email: string;
            /** @description The name */
            name: string;
            /** @description How it is */
            status: components["schemas"]["UserStatus"];
        };
        /** @description What an agent did. */
        AgentFigures: {
            /**
             * Format: date-time
             * @description When these figures were true
             */
            asOf: string;
            /**
             * Format: int64
             * @description Conversations that the agent holds or has held
             */
            assignedConversations: number;
            /** @description The average rating, from 1 to 5 */
            avgRating: string;
            /**
             * Format: double
             * @description From a visitor's first message to the first answer, on the average
             */
            avgResponseSeconds: number | null;
            /** @description The email address */
            email: string;
            /** @description The id */
            id: string;
            /**
             * Format: int64
             * @description Messages that the agent has sent
             */
            messagesSent: number;
            /** @description The name */
            name: string;
            /**
             * Format: int64
             * @description Conversations that the agent has resolved
             */
            resolvedConversations: number;
            /** @description How it is */
            status: components["schemas"]["UserStatus"];
        };
        /** @description What was done. */
        AuditAction: "registered" | "login_failed" | "logout" | "password_changed" | "password_reset" | "role_changed" | "activated" | "deactivated" | "visitor_banned" | "visitor_unbanned" | "visitor_exported" | "visitor_erased";
        /** @description An entry of the security log. */
        AuditEntry: {
            /** @description Its id; of a day in a chart, the date */
            _id: string;
            /** @description What was done */
            action: components["schemas"]["AuditAction"];
            /** @description Who did it */
            actor: components["schemas"]["AuditParty"] | null;
            /** @description The address that it was done from */
            address: string | null;
            /**
             * Format: date-time
             * @description When it was so
             */
            at: string;
            /**
             * Format: int64
             * @description How often it happened within the hour by the clock: more than once for failed logins alone.
             */
            count: number;
            /** @description What it was about */
            detail: string | null;
            /** @description Whom or what it was done to */
            target: components["schemas"]["AuditParty"];
        };
        /** @description A page of a list. */
        AuditList: {
            /** @description This page's number, from 1. */
            currentPage: number;
            /** @description The entries */
            entries: components["schemas"]["AuditEntry"][];
            /** @description Of a search: whether it has looked at everything; false past 10,000 entries. */
            isComplete?: boolean;
            /** @description Where the next page begins, if there is one. */
            nextCursor?: string | null;
            /** @description The number of entries on all pages, counted to 1,000; null with a `cursor`, where nothing is counted. */
            total: number | null;
            /** @description Whether there are no more than `total`. */
            totalIsExact: boolean;
            /** @description The number of pages of what was counted; null with a `cursor`, where nothing is counted. */
            totalPages: number | null;
        };
        /** @description Somebody in the log. */
        AuditParty: {
            /** @description A user's email then; of a visitor the log has its id only. */
            email: string | null;
            /** @description The user's or visitor's id; none for an email that nobody has. */
            id: string | null;
        };
        /** @description That a visitor may not come in. */
        Ban: {
            /**
             * Format: date-time
             * @description Since when.
             */
            at: string;
            /** @description Who said so. */
            by: string;
            /** @description Why, for the agents. */
            reason: string | null;
            /**
             * Format: date-time
             * @description Until when; for good if it does not say.
             */
            until: string | null;
        };
        /** @description A canned response. */
        CannedResponse: {
            /** @description Its id; of a day in a chart, the date */
            _id: string;
            /** @description What groups canned responses */
            category: string;
            /** @description What is said */
            content: string;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /** @description Who made it */
            createdBy: components["schemas"]["Person"];
            /** @description What an agent types for it; none or one of its own */
            shortcut: string;
            /** @description The title */
            title: string;
            /**
             * Format: date-time
             * @description When it was changed last
             */
            updatedAt: string;
        };
        /** @description The days of a period, each with how much there was of something. */
        Charts: {
            /**
             * Format: date-time
             * @description When these figures were true
             */
            asOf: string;
            /** @description The conversations; in a chart, how many began on each day */
            conversations: components["schemas"]["DayCount"][];
            /** @description The messages; in a chart, how many were sent on each day */
            messages: components["schemas"]["DayCount"][];
        };
        /** @description What a client must know beforehand. */
        ClientConfig: {
            /** @description The address of the WebSocket, or its path at the place that this is from. */
            webSocketUrl: string;
        };
        /** @description Why the server closes a connection. */
        Closing: "logged_out" | "session_ended" | "password_changed" | "account_changed" | "banned" | "erased" | "rate_limited" | "lost";
        /** @description The stable names of what can go wrong, each with its HTTP status (`docs/protocol.md`, Conventions). */
        Code: "bad_request" | "validation_failed" | "unknown_event" | "unauthorized" | "forbidden" | "banned" | "not_found" | "method_not_allowed" | "conflict" | "payload_too_large" | "unsupported_media_type" | "rate_limited" | "internal" | "unavailable";
        /** @description The user that a connection is authenticated as. */
        ConnectedUser: {
            /** @description The user */
            user: components["schemas"]["User"];
        };
        /** @description A conversation with its people; `V` is how much of the visitor it shows. */
        Conversation_Visitor: {
            /** @description Its id; of a day in a chart, the date */
            _id: string;
            /** @description The agent who holds it; null while nobody does */
            assignedAgent: components["schemas"]["AgentBrief"] | null;
            /**
             * Format: date-time
             * @description When it was closed
             */
            closedAt: string | null;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When an agent answered first
             */
            firstResponseAt: string | null;
            /** @description The beginning of the last message */
            lastMessage: string | null;
            /**
             * Format: date-time
             * @description When the last message was sent
             */
            lastMessageAt: string | null;
            /**
             * Format: int64
             * @description How many messages there are, and the `seq` of the last one
             */
            messageCount: number;
            /** @description For agents only; absent for visitors. */
            notes?: string | null;
            /** @description How urgent it is */
            priority: components["schemas"]["Priority"];
            /**
             * Format: int32
             * @description The visitor's rating, from 1 to 5
             */
            rating: number | null;
            /** @description What the visitor said with it */
            ratingComment: string | null;
            /**
             * Format: date-time
             * @description When it was resolved
             */
            resolvedAt: string | null;
            /** @description How it is */
            status: components["schemas"]["ConversationStatus"];
            /** @description Words that agents sort by */
            tags: string[];
            /** @description Whether it came over the WebSocket with a text cut, to fit into a frame. */
            truncated?: boolean;
            /**
             * Format: int64
             * @description How many of the visitor's messages no agent has read.
             */
            unreadCount: number;
            /**
             * Format: int64
             * @description Grows with each change: of two, the one with the smaller version is older.
             */
            version: number;
            /** @description The visitor; of marks, how far the visitor has come */
            visitor: components["schemas"]["Visitor"];
            /**
             * Format: date-time
             * @description When the visitor's first message came that no agent has answered.
             */
            waitingSince: string | null;
        };
        /** @description A conversation with its people; `V` is how much of the visitor it shows. */
        Conversation_VisitorBrief: {
            /** @description Its id; of a day in a chart, the date */
            _id: string;
            /** @description The agent who holds it; null while nobody does */
            assignedAgent: components["schemas"]["AgentBrief"] | null;
            /**
             * Format: date-time
             * @description When it was closed
             */
            closedAt: string | null;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When an agent answered first
             */
            firstResponseAt: string | null;
            /** @description The beginning of the last message */
            lastMessage: string | null;
            /**
             * Format: date-time
             * @description When the last message was sent
             */
            lastMessageAt: string | null;
            /**
             * Format: int64
             * @description How many messages there are, and the `seq` of the last one
             */
            messageCount: number;
            /** @description For agents only; absent for visitors. */
            notes?: string | null;
            /** @description How urgent it is */
            priority: components["schemas"]["Priority"];
            /**
             * Format: int32
             * @description The visitor's rating, from 1 to 5
             */
            rating: number | null;
            /** @description What the visitor said with it */
            ratingComment: string | null;
            /**
             * Format: date-time
             * @description When it was resolved
             */
            resolvedAt: string | null;
            /** @description How it is */
            status: components["schemas"]["ConversationStatus"];
            /** @description Words that agents sort by */
            tags: string[];
            /** @description Whether it came over the WebSocket with a text cut, to fit into a frame. */
            truncated?: boolean;
            /**
             * Format: int64
             * @description How many of the visitor's messages no agent has read.
             */
            unreadCount: number;
            /**
             * Format: int64
             * @description Grows with each change: of two, the one with the smaller version is older.
             */
            version: number;
            /** @description The visitor; of marks, how far the visitor has come */
            visitor: components["schemas"]["VisitorBrief"];
            /**
             * Format: date-time
             * @description When the visitor's first message came that no agent has answered.
             */
            waitingSince: string | null;
        };
        /** @description The data of `conversation:created`. */
        ConversationCreated: {
            /** @description The conversation. */
            conversation: components["schemas"]["Conversation_VisitorBrief"];
            /** @description Its first message, if it started with one. */
            message: components["schemas"]["Message"] | null;
        };
        /** @description Something that happened to a conversation. */
        ConversationEvent: {
            /** @description Its id; of a day in a chart, the date */
            _id: string;
            /**
             * Format: date-time
             * @description When it was so
             */
            at: string;
            /** @description Who did it. */
            by: components["schemas"]["Actor"];
            /** @description What there is to say of it. */
            data: components["schemas"]["ConversationEventData"];
            /** @description What a message carries */
            type: components["schemas"]["ConversationEventType"];
        };
        /** @description What there is to say of something that happened to a conversation. */
        ConversationEventData: {
            /** @description Who has it then. */
            agent?: components["schemas"]["NamedAgent"] | null;
            /** @description What who transferred it said to the next one. */
            note?: string | null;
            /**
             * Format: int32
             * @description How it was rated.
             */
            rating?: number | null;
        };
        /** @description What has happened to a conversation. */
        ConversationEvents: {
            /** @description The oldest first. */
            events: components["schemas"]["ConversationEvent"][];
        };
        /** @description What may happen to a conversation. */
        ConversationEventType: "started" | "assigned" | "transferred" | "resolved" | "reopened" | "closed" | "rated" | "erased";
        /** @description A page of a list. */
        ConversationList: {
            /** @description The conversations; in a chart, how many began on each day */
            conversations: components["schemas"]["Conversation_VisitorBrief"][];
            /** @description This page's number, from 1. */
            currentPage: number;
            /** @description Of a search: whether it has looked at everything; false past 10,000 entries. */
            isComplete?: boolean;
            /** @description Where the next page begins, if there is one. */
            nextCursor?: string | null;
            /** @description The number of entries on all pages, counted to 1,000; null with a `cursor`, where nothing is counted. */
            total: number | null;
            /** @description Whether there are no more than `total`. */
            totalIsExact: boolean;
            /** @description The number of pages of what was counted; null with a `cursor`, where nothing is counted. */
            totalPages: number | null;
        };
        /** @description Where a conversation is in its life. */
        ConversationStatus: "pending" | "active" | "resolved" | "closed";
        /** @description How many there were on a day. */
        DayCount: {
            /** @description Its id; of a day in a chart, the date */
            _id: string;
            /**
             * Format: int64
             * @description How many there were
             */
            count: number;
        };
        /** @description The delivery state of a message. */
        Delivery: "sent" | "delivered" | "read";
        /** @description What went wrong. It serializes to the shape that callers get; its source stays inside. */
        Error: {
            /** @description What it was, by a stable name */
            code: components["schemas"]["Code"];
            /** @description The conversation that is in the way. */
            conversationId?: string | null;
            /** @description Of `validation_failed`: each field that breaks a rule */
            errors?: components["schemas"]["FieldError"][];
            /** @description The message; of an error, what went wrong in words */
            message: string;
            /** @description Which of the reasons that a code may have. */
            reason?: string | null;
            /** @description By which the log knows the frame, where the fault is ours; over HTTP the header `apigw-requestid` says it. */
            requestId?: string | null;
            /**
             * Format: uint32
             * @description In how many seconds to come back
             */
            retryAfter?: number | null;
        };
        /** @description What is pushed to those whom it concerns. */
        Event: {
            data: {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description The user's id */
                userId: string;
            };
            /** @constant */
            event: "agent:online";
        } | {
            data: {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description The user's id */
                userId: string;
            };
            /** @constant */
            event: "agent:offline";
        } | {
            data: {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description How it is */
                status: components["schemas"]["UserStatus"];
                /** @description The user's id */
                userId: string;
            };
            /** @constant */
            event: "agent:status";
        } | {
            data: {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description The visitor; of marks, how far the visitor has come */
                visitor: components["schemas"]["VisitorBrief"];
            };
            /** @constant */
            event: "visitor:online";
        } | {
            data: {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description The visitor's `_id` */
                visitorId: string;
            };
            /** @constant */
            event: "visitor:offline";
        } | {
            data: {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description The visitor; of marks, how far the visitor has come */
                visitor: components["schemas"]["VisitorBrief"];
            };
            /** @constant */
            event: "visitor:updated";
        } | {
            data: {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description The visitors */
                visitors: components["schemas"]["VisitorBrief"][];
            };
            /** @constant */
            event: "visitors:updated";
        } | {
            data: Record<string, never>;
            /** @constant */
            event: "resync";
        } | {
            data: components["schemas"]["VisitorConnected"];
            /** @constant */
            event: "visitor:connected";
        } | {
            data: components["schemas"]["ConversationCreated"];
            /** @constant */
            event: "conversation:created";
        } | {
            data: {
                /** @description The conversation */
                conversation: components["schemas"]["Conversation_VisitorBrief"];
            };
            /** @constant */
            event: "conversation:new";
        } | {
            data: {
                /** @description The conversation */
                conversation: components["schemas"]["Conversation_VisitorBrief"];
            };
            /** @constant */
            event: "conversation:updated";
        } | {
            data: {
                /** @description The conversation's `_id` */
                conversationId: string;
                event: components["schemas"]["ConversationEvent"];
            };
            /** @constant */
            event: "conversation:event";
        } | {
            data: {
                /** @description The message; of an error, what went wrong in words */
                message: components["schemas"]["Message"];
            };
            /** @constant */
            event: "message:new";
        } | {
            data: {
                /** @description The conversation's `_id` */
                conversationId: string;
                /**
                 * Format: date-time
                 * @description When it was received
                 */
                deliveredAt: string;
                /** @description The side that has received. */
                sender: components["schemas"]["Side"];
                /**
                 * Format: int64
                 * @description How many of the visitor's messages no agent has read
                 */
                unreadCount: number;
                /**
                 * Format: int64
                 * @description The `seq` of the last message that it covers
                 */
                upTo: number;
            };
            /** @constant */
            event: "message:delivered";
        } | {
            data: {
                /** @description The conversation's `_id` */
                conversationId: string;
                /** @description The message's `_id` */
                messageId: string;
                /**
                 * Format: date-time
                 * @description When it was read
                 */
                readAt: string;
                /** @description The side that has read. */
                sender: components["schemas"]["Side"];
                /**
                 * Format: int64
                 * @description How many of the visitor's messages no agent has read now.
                 */
                unreadCount: number;
                /**
                 * Format: int64
                 * @description The `seq` of the last message that it covers
                 */
                upTo: number;
            };
            /** @constant */
            event: "message:read";
        } | {
            data: components["schemas"]["Typing"];
            /** @constant */
            event: "typing:start";
        } | {
            data: components["schemas"]["Typing"];
            /** @constant */
            event: "typing:stop";
        } | {
            data: Record<string, never>;
            /** @constant */
            event: "pong";
        } | {
            data: {
                /** @description What it was, by a stable name */
                code: components["schemas"]["Closing"];
                /** @description The message; of an error, what went wrong in words */
                message: string;
            };
            /** @constant */
            event: "connection:closing";
        };
        /** @description A part of all that is stored of a visitor. */
        Export: {
            /** @description The conversations; in a chart, how many began on each day */
            conversations: components["schemas"]["ExportedConversation"][];
            /**
             * Format: date-time
             * @description When it was exported
             */
            exportedAt: string;
            /** @description Where the next part begins, if there is one. */
            nextCursor: string | null;
            /** @description The visitor; of marks, how far the visitor has come */
            visitor: components["schemas"]["Visitor"];
        };
        /** @description A conversation, or a part of it. */
        ExportedConversation: {
            /** @description The conversation */
            conversation: components["schemas"]["Conversation_VisitorBrief"];
            /** @description What has happened to it, in the part with its beginning. */
            events: components["schemas"]["ConversationEvent"][];
            /** @description The oldest first. */
            messages: components["schemas"]["Message"][];
        };
        /** @description One value that breaks a rule. */
        FieldError: {
            /** @description Which rule it breaks, for people. */
            msg: string;
            /** @description Where it is in the input, as in `email` or `tags[2]`. */
            path: string;
        };
        /** @description A message that was found. */
        FoundMessage: {
            /** @description Its id; of a day in a chart, the date */
            _id: string;
            /** @description What is said */
            content: string;
            /** @description The conversation */
            conversation: string;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /** @description Where the file is that a message is about: `https:` */
            fileUrl: string | null;
            /** @description The side that sent it */
            sender: components["schemas"]["Side"];
            /** @description Who sent it */
            senderId: components["schemas"]["Person"];
            /**
             * Format: int64
             * @description The message's number in its conversation: 1, 2, 3 …
             */
            seq: number;
            /** @description What a message carries */
            type: components["schemas"]["MessageType"];
            /** @description With whom the conversation is. */
            visitor: components["schemas"]["Person"];
        };
        /** @description A page of what was found. */
        FoundMessages: {
            /** @description Whether the search has looked at everything; false past 10,000 entries. */
            isComplete: boolean;
            /** @description The newest first. */
            messages: components["schemas"]["FoundMessage"][];
            /** @description Where the next page begins, if there is one. */
            nextCursor: string | null;
        };
        Health: {
            /** @description `ok`, where it was asked for */
            database?: string | null;
            /** @description How it is */
            status: string;
            /** @description The live chat's version */
            version: string;
        };
        /** @description What a join brings. */
        Joined: {
            /** @description The conversation. */
            conversation: components["schemas"]["Conversation_VisitorBrief"];
            /** @description Whether there are more messages than these: later ones, or without a named one earlier ones. */
            hasMore: boolean;
            /** @description How far both sides have come in it. */
            marks: components["schemas"]["Marks"];
            /** @description The messages after the one that was named, or without one the latest; the oldest first. */
            messages: components["schemas"]["Message"][];
        };
        /** @description A user among the others. */
        ListedUser: {
            /** @description Whether it may log in; for administrators only. */
            active?: boolean | null;
            /** @description The address of a picture */
            avatar: string | null;
            /**
             * Format: date-time
             * @description For administrators only.
             */
            createdAt?: string | null;
            /** @description For administrators only. */
            department?: string | null;
            /** @description For administrators only. */
            email?: string | null;
            /** @description The id */
            id: string;
            /** @description The name */
            name: string;
            /**
             * Format: int64
             * @description How many conversations it holds that are neither resolved nor closed.
             */
            openConversations: number;
            /** @description What a user may do */
            role: components["schemas"]["Role"];
            /** @description How it is */
            status: components["schemas"]["UserStatus"];
        };
        /** @description The answer to a registration and a login. */
        LoggedIn: {
            /** @description A token for the HTTP API, as in `Authorization: Bearer …` */
            token: string;
            /** @description The user */
            user: components["schemas"]["LoggedInUser"];
        };
        LoggedInUser: {
            /** @description The email address */
            email: string;
            /** @description The id */
            id: string;
            /** @description The name */
            name: string;
            /** @description What a user may do */
            role: components["schemas"]["Role"];
            /** @description How it is */
            status: components["schemas"]["UserStatus"];
        };
        /** @description Where a marker is. */
        Mark: {
            /**
             * Format: date-time
             * @description When it came there.
             */
            at: string | null;
            /**
             * Format: int64
             * @description The number of the last message of the other side that it covers; 0 for none.
             */
            upTo: number;
        };
        /** @description Where a marker is. */
        Marked: {
            /**
             * Format: date-time
             * @description When it came there.
             */
            at: string | null;
            /** @description In which conversation. */
            conversationId: string;
            /** @description The last message that it covers, if it covers any. */
            messageId?: string | null;
            /**
             * Format: int64
             * @description That message's number, 0 for none.
             */
            upTo: number;
        };
        /** @description The markers of both sides. */
        Marks: {
            /** @description How far the agents have come */
            agent: components["schemas"]["SideMarks"];
            /** @description The visitor; of marks, how far the visitor has come */
            visitor: components["schemas"]["SideMarks"];
        };
        /** @description A message. */
        Message: {
            /** @description Its id; of a day in a chart, the date */
            _id: string;
            /** @description The sender's own name of a message: one that is sent again is stored once */
            clientMessageId: string | null;
            /** @description What is said */
            content: string;
            /** @description The conversation */
            conversation: string;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it was received
             */
            deliveredAt: string | null;
            /** @description Where the file is that a message is about: `https:` */
            fileUrl: string | null;
            /** @description Whether the other side has read it */
            isRead: boolean;
            /**
             * Format: date-time
             * @description When it was read
             */
            readAt: string | null;
            /** @description The side that sent it */
            sender: components["schemas"]["Side"];
            /** @description Who sent it */
            senderId: components["schemas"]["Person"];
            /** @description `User` or `Visitor`. */
            senderModel: string;
            /**
             * Format: int64
             * @description The message's number in its conversation: 1, 2, 3 …
             */
            seq: number;
            /** @description How it is */
            status: components["schemas"]["Delivery"];
            /** @description Whether it came over the WebSocket with its `content` cut, to fit into a frame. */
            truncated?: boolean;
            /** @description What a message carries */
            type: components["schemas"]["MessageType"];
        };
        /** @description A page of a list. */
        MessageList: {
            /** @description This page's number, from 1. */
            currentPage: number;
            /** @description The messages; in a chart, how many were sent on each day */
            messages: components["schemas"]["Message"][];
            /** @description The number of entries on all pages, counted to 1,000; */
            total: number;
            /** @description Whether there are no more than `total`. */
            totalIsExact: boolean;
            /** @description The number of pages of what was counted; */
            totalPages: number;
        };
        /** @description What a message carries. */
        MessageType: "text" | "file" | "image";
        /** @description An agent by name. */
        NamedAgent: {
            /** @description The agent's. */
            _id: string;
            /** @description The present name, if that is known. */
            name: string | null;
        };
        /** @description No data: an object that says nothing. */
        Nothing: Record<string, never>;
        /** @description The figures of all conversations. */
        Overview: {
            /**
             * Format: int64
             * @description Conversations that an agent holds
             */
            activeChats: number;
            /**
             * Format: date-time
             * @description When these figures were true
             */
            asOf: string;
            /** @description The average rating, from 1 to 5 */
            avgRating: string;
            /**
             * Format: double
             * @description From a conversation's beginning until it was resolved, on the average
             */
            avgResolutionSeconds: number | null;
            /**
             * Format: double
             * @description From a visitor's first message to the first answer, on the average
             */
            avgResponseSeconds: number | null;
            /** @description The same for people, as in `2m 30s` */
            avgResponseTime: string;
            /**
             * Format: int64
             * @description Conversations that are closed
             */
            closedChats: number;
            /**
             * Format: int64
             * @description Conversations that nobody holds
             */
            pendingChats: number;
            /**
             * Format: int64
             * @description Conversations that were rated
             */
            ratedConversations: number;
            /**
             * Format: int64
             * @description Conversations that are resolved
             */
            resolvedChats: number;
            /**
             * Format: int64
             * @description All conversations
             */
            totalConversations: number;
        };
        /** @description A look at a page. */
        PageView: {
            /**
             * Format: date-time
             * @description When.
             */
            timestamp: string;
            /** @description The page's title. */
            title: string | null;
            /** @description The page's address. */
            url: string;
        };
        /** @description Who wrote a message or a text. */
        Person: {
            /** @description Its id; of a day in a chart, the date */
            _id: string;
            /** @description The email address */
            email: string | null;
            /** @description The name */
            name: string | null;
        };
        /** @description How urgent a conversation is. */
        Priority: "low" | "medium" | "high";
        Pushed: {
            "agent:offline": {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description The user's id */
                userId: string;
            };
            "agent:online": {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description The user's id */
                userId: string;
            };
            "agent:status": {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description How it is */
                status: components["schemas"]["UserStatus"];
                /** @description The user's id */
                userId: string;
            };
            "connection:closing": {
                /** @description What it was, by a stable name */
                code: components["schemas"]["Closing"];
                /** @description The message; of an error, what went wrong in words */
                message: string;
            };
            "conversation:created": components["schemas"]["ConversationCreated"];
            "conversation:event": {
                /** @description The conversation's `_id` */
                conversationId: string;
                event: components["schemas"]["ConversationEvent"];
            };
            "conversation:new": {
                /** @description The conversation */
                conversation: components["schemas"]["Conversation_VisitorBrief"];
            };
            "conversation:updated": {
                /** @description The conversation */
                conversation: components["schemas"]["Conversation_VisitorBrief"];
            };
            "message:delivered": {
                /** @description The conversation's `_id` */
                conversationId: string;
                /**
                 * Format: date-time
                 * @description When it was received
                 */
                deliveredAt: string;
                /** @description The side that has received. */
                sender: components["schemas"]["Side"];
                /**
                 * Format: int64
                 * @description How many of the visitor's messages no agent has read
                 */
                unreadCount: number;
                /**
                 * Format: int64
                 * @description The `seq` of the last message that it covers
                 */
                upTo: number;
            };
            "message:new": {
                /** @description The message; of an error, what went wrong in words */
                message: components["schemas"]["Message"];
            };
            "message:read": {
                /** @description The conversation's `_id` */
                conversationId: string;
                /** @description The message's `_id` */
                messageId: string;
                /**
                 * Format: date-time
                 * @description When it was read
                 */
                readAt: string;
                /** @description The side that has read. */
                sender: components["schemas"]["Side"];
                /**
                 * Format: int64
                 * @description How many of the visitor's messages no agent has read now.
                 */
                unreadCount: number;
                /**
                 * Format: int64
                 * @description The `seq` of the last message that it covers
                 */
                upTo: number;
            };
            pong: Record<string, never>;
            resync: Record<string, never>;
            "typing:start": components["schemas"]["Typing"];
            "typing:stop": components["schemas"]["Typing"];
            "visitor:connected": components["schemas"]["VisitorConnected"];
            "visitor:offline": {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description The visitor's `_id` */
                visitorId: string;
            };
            "visitor:online": {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description The visitor; of marks, how far the visitor has come */
                visitor: components["schemas"]["VisitorBrief"];
            };
            "visitor:updated": {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description The visitor; of marks, how far the visitor has come */
                visitor: components["schemas"]["VisitorBrief"];
            };
            "visitors:updated": {
                /**
                 * Format: date-time
                 * @description When it was so
                 */
                at: string;
                /** @description The visitors */
                visitors: components["schemas"]["VisitorBrief"][];
            };
        };
        ReadAll: {
            /** @description The message; of an error, what went wrong in words */
            message: string;
            /**
             * Format: int64
             * @description How many messages have become read
             */
            modifiedCount: number;
        };
        /** @description Who may register. */
        Registering: "first" | "open" | "closed";
        /** @description What who has no account yet may do. */
        Registration: {
            /** @description Whether the first user must show the `setupToken` */
            needsSetupToken: boolean;
            /** @description Who may register: the `first` user, anybody (`open`), or nobody without an administrator (`closed`) */
            registration: components["schemas"]["Registering"];
        };
        /** @description What a user may do; a later role may all that an earlier one may. */
        Role: "agent" | "admin" | "super_admin";
        Sent: {
            /** @description The data of `agent:connect`. */
            "agent:connect": {
                /** @description A token for the HTTP API, as in `Authorization: Bearer …` */
                token: string;
                /**
                 * @description Whether to be pushed `visitors:updated`.
                 * @default false
                 */
                visitors?: boolean;
                /**
                 * @description How much an agent's connection is pushed.
                 * @default mine
                 */
                watch?: "mine" | "all";
            };
            /** @description The data of `agent:watch`. */
            "agent:watch": {
                /** @description Whether to be pushed `visitors:updated`. */
                visitors?: boolean | null;
                /** @description How much of the others' conversations the connection is pushed */
                watch?: ("mine" | "all") | null;
            };
            /** @description The data of `conversation:join`. */
            "conversation:join": {
                /**
                 * Format: int64
                 * @description Only messages with a greater `seq`
                 */
                after?: number | null;
                /** @description The conversation's `_id` */
                conversationId: string;
            };
            /** @description The data of `conversation:leave`. */
            "conversation:leave": {
                /** @description The conversation's `_id` */
                conversationId: string;
            };
            /** @description The data of `conversation:start`. */
            "conversation:start": {
                /** @description The sender's own name of a message: one that is sent again is stored once */
                clientMessageId?: string | null;
                /** @description The message; of an error, what went wrong in words */
                message?: string | null;
                /**
                 * @description Whether a conversation that is open is given back instead.
                 * @default false
                 */
                unlessOpen?: boolean;
            };
            /** @description The data of `message:delivered`. */
            "message:delivered": {
                /** @description The conversation's `_id` */
                conversationId: string;
                /**
                 * Format: int64
                 * @description The `seq` of the last message that it covers
                 */
                upTo: number;
            };
            /** @description The data of `message:read`. */
            "message:read": {
                /** @description The conversation's `_id` */
                conversationId: string;
                /** @description The message's `_id` */
                messageId?: string | null;
                /**
                 * Format: int64
                 * @description The `seq` of the last message that it covers
                 */
                upTo?: number | null;
            };
            /**
             * @description A message that a caller sends.
             * @example {
             *       "clientMessageId": "7f1c",
             *       "content": "Hello!",
             *       "conversationId": "65a1b2c3d4e5f6a7b8c9d0e1"
             *     }
             */
            "message:send": {
                /** @description The sender's own name of a message: one that is sent again is stored once */
                clientMessageId?: string | null;
                /** @description What is said */
                content: string;
                /** @description The conversation's `_id` */
                conversationId: string;
                /** @description Where the file is that a message is about: `https:` */
                fileUrl?: string | null;
                /** @description The `clientMessageId` of the message that the same sender sent before this one. */
                follows?: string | null;
                /**
                 * @description What a message carries.
                 * @default text
                 */
                type?: "text" | "file" | "image";
            };
            /** @description The data of `ping`. */
            ping: Record<string, never>;
            /** @description The data of `typing:start`. */
            "typing:start": {
                /** @description The conversation's `_id` */
                conversationId: string;
            };
            /** @description The data of `typing:stop`. */
            "typing:stop": {
                /** @description The conversation's `_id` */
                conversationId: string;
            };
            /** @description The data of `visitor:connect`. */
            "visitor:connect": {
                /**
                 * Format: int64
                 * @description Only messages with a greater `seq`
                 */
                after?: number | null;
                /** @description The conversation of which `after` is a number. */
                conversationId?: string | null;
                /** @description The page that the visitor looks at */
                currentPage?: string | null;
                /** @description The email address */
                email?: string | null;
                /** @description A JWT of the site that says who the visitor is. */
                identity?: string | null;
                /** @description The name */
                name?: string | null;
                /** @description The page that led the visitor here */
                referrer?: string | null;
                /** @description A secret that the visitor's browser made up, and shows each time */
                sessionId?: string | null;
            };
            /** @description The data of `visitor:page`. */
            "visitor:page": {
                /** @description The title */
                title?: string | null;
                /** @description The page's address: `https://…`, `http://…` or a path */
                url: string;
            };
        };
        /** @description The message as it is stored. */
        SentMessage: {
            /** @description The message; of an error, what went wrong in words */
            message: components["schemas"]["Message"];
        };
        /** @description The two sides of a conversation. */
        Side: "agent" | "visitor";
        /** @description The markers of one side. */
        SideMarks: {
            /** @description How far messages have been received */
            delivered: components["schemas"]["Mark"];
            /** @description How far messages have been read */
            read: components["schemas"]["Mark"];
        };
        /** @description What a user sees of the status that it set. */
        StatusSet: {
            /** @description The id */
            id: string;
            /** @description The name */
            name: string;
            /** @description How it is */
            status: components["schemas"]["UserStatus"];
        };
        /** @description The data of `typing:start` and `typing:stop`. */
        Typing: {
            /** @description Where. */
            conversationId: string;
            /** @description Of which side. */
            sender: components["schemas"]["Side"];
            /** @description Who. */
            userName: string | null;
        };
        /** @description A user to itself. */
        User: {
            /** @description Whether it may log in. */
            active: boolean;
            /** @description The address of a picture */
            avatar: string | null;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /** @description Where the user works */
            department: string | null;
            /** @description The email address */
            email: string;
            /** @description The id */
            id: string;
            /** @description The name */
            name: string;
            /** @description What a user may do */
            role: components["schemas"]["Role"];
            /** @description How it is */
            status: components["schemas"]["UserStatus"];
        };
        /** @description A page of a list. */
        UserList: {
            /** @description This page's number, from 1. */
            currentPage: number;
            /** @description Of a search: whether it has looked at everything; false past 10,000 entries. */
            isComplete?: boolean;
            /** @description Where the next page begins, if there is one. */
            nextCursor?: string | null;
            /** @description The number of entries on all pages, counted to 1,000; null with a `cursor`, where nothing is counted. */
            total: number | null;
            /** @description Whether there are no more than `total`. */
            totalIsExact: boolean;
            /** @description The number of pages of what was counted; null with a `cursor`, where nothing is counted. */
            totalPages: number | null;
            /** @description The users */
            users: components["schemas"]["ListedUser"][];
        };
        /** @description Whether a user can be talked to. */
        UserStatus: "online" | "offline" | "away" | "busy";
        /** @description A whole visitor, without its secret. */
        Visitor: {
            /** @description Its id; of a day in a chart, the date */
            _id: string;
            /**
             * @description That it may not come in.
             * @default null
             */
            ban: components["schemas"]["Ban"] | null;
            /** @description The browser, as its `User-Agent` says */
            browser: string | null;
            /** @description Where the visitor is, as an agent noted it */
            city: string | null;
            /** @description Where the visitor is, as an agent noted it */
            country: string | null;
            /**
             * Format: date-time
             * @description When it was made
             */
            createdAt: string;
            /** @description The page that the visitor looks at */
            currentPage: string | null;
            /** @description The email address */
            email: string | null;
            /**
             * @description What the site's identity calls the visitor
             * @default null
             */
            externalId: string | null;
            /** @description The address that the visitor comes from, as the gateway saw it */
            ipAddress: string | null;
            /** @description Whether the visitor is there */
            isOnline: boolean;
            /**
             * Format: date-time
             * @description When the visitor was there last
             */
            lastSeen: string;
            /** @description The name */
            name: string | null;
            /** @description The operating system, as the `User-Agent` says */
            os: string | null;
            /** @description The last 20 pages, the latest last */
            pageViews: components["schemas"]["PageView"][];
            /** @description The page that led the visitor here */
            referrer: string | null;
            /**
             * Format: int64
             * @description How long the visitor was there in all, in seconds
             */
            totalTimeOnSite: number;
            /** @description The `User-Agent` of the visitor's browser */
            userAgent: string | null;
            /**
             * @description Whether the site has said who it is, and its own id then.
             * @default false
             */
            verified: boolean;
            /**
             * Format: int64
             * @description How often the visitor has come
             */
            visitCount: number;
        };
        /** @description A visitor inside a conversation. */
        VisitorBrief: {
            /** @description Its id; of a day in a chart, the date */
            _id: string;
            /** @description The browser, as its `User-Agent` says */
            browser: string | null;
            /** @description Where the visitor is, as an agent noted it */
            city: string | null;
            /** @description Where the visitor is, as an agent noted it */
            country: string | null;
            /** @description The page that the visitor looks at */
            currentPage: string | null;
            /** @description The email address */
            email: string | null;
            /** @description Whether the visitor is there */
            isOnline: boolean;
            /** @description The name */
            name: string | null;
            /** @description The operating system, as the `User-Agent` says */
            os: string | null;
        };
        /** @description The data of `visitor:connected`. */
        VisitorConnected: {
            /** @description Whether an agent is there who answers. */
            agentsOnline: boolean;
            /** @description Its conversation that is not closed, if there is one. */
            conversation: components["schemas"]["Conversation_VisitorBrief"] | null;
            /** @description Whether there are more messages than these: later ones, or without a named one earlier ones. */
            hasMore: boolean;
            /** @description How far both sides have come in it. */
            marks: components["schemas"]["Marks"] | null;
            /** @description Its messages after the one that was named, or without one the latest; the oldest first. */
            messages: components["schemas"]["Message"][];
            /** @description Its token for the HTTP API. */
            token: string;
            /** @description Who the visitor is. */
            visitorId: string;
        };
        /** @description A page of a list. */
        VisitorList: {
            /** @description This page's number, from 1. */
            currentPage: number;
            /** @description Of a search: whether it has looked at everything; false past 10,000 entries. */
            isComplete?: boolean;
            /** @description Where the next page begins, if there is one. */
            nextCursor?: string | null;
            /** @description The number of entries on all pages, counted to 1,000; null with a `cursor`, where nothing is counted. */
            total: number | null;
            /** @description Whether there are no more than `total`. */
            totalIsExact: boolean;
            /** @description The number of pages of what was counted; null with a `cursor`, where nothing is counted. */
            totalPages: number | null;
            /** @description The visitors */
            visitors: components["schemas"]["Visitor"][];
        };
    };
    responses: {
        /** @description Malformed, or a value breaks a rule: `errors` says which */
        400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "validation_failed",
                 *       "message": "Malformed, or a value breaks a rule: `errors` says which"
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No token, or one that is invalid, expired or logged out */
        401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "unauthorized",
                 *       "message": "No token, or one that is invalid, expired or logged out"
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Known, and not allowed; `banned` for a visitor who may not come in */
        403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "forbidden",
                 *       "message": "Known, and not allowed; `banned` for a visitor who may not come in"
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Does not exist, or not for this caller */
        404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "not_found",
                 *       "message": "Does not exist, or not for this caller"
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Not possible in the present state */
        409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "conflict",
                 *       "message": "Not possible in the present state"
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body is larger than 256 KiB */
        413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "payload_too_large",
                 *       "message": "The body is larger than 256 KiB"
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body is not declared as JSON */
        415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "unsupported_media_type",
                 *       "message": "The body is not declared as JSON"
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Too often; `Retry-After` says in how many seconds to come back */
        429: {
            headers: {
                /** @description In how many seconds to come back */
                "Retry-After": number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "rate_limited",
                 *       "message": "Too often; `Retry-After` says in how many seconds to come back"
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Away or too busy; `Retry-After` says in how many seconds to come back */
        503: {
            headers: {
                /** @description In how many seconds to come back */
                "Retry-After": number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "unavailable",
                 *       "message": "Away or too busy; `Retry-After` says in how many seconds to come back"
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
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
    getRoot: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `Location` says where it is */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getAnalyticsAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentFigures"][];
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getAnalyticsCharts: {
        parameters: {
            query?: {
                /** @description How many days, today the last of them */
                period?: "7days" | "30days" | "90days";
                /** @description The time zone in which days begin, as IANA names it; UTC unless it is said */
                tz?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Charts"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getAnalyticsOverview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getAsyncapiJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getAuthAudit: {
        parameters: {
            query?: {
                /** @description Only entries of this kind */
                action?: "registered" | "login_failed" | "logout" | "password_changed" | "password_reset" | "role_changed" | "activated" | "deactivated" | "visitor_banned" | "visitor_unbanned" | "visitor_exported" | "visitor_erased";
                /** @description `nextCursor` of the page before: the way that stays fast however deep one reads */
                cursor?: string;
                /** @description Entries on a page; more than 100 are 100 */
                limit?: number;
                /** @description The page's number, from 1; one past the end is empty */
                page?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postAuthLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The email address */
                    email: string;
                    /** @description The password, 8 to 128 characters */
                    password: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedIn"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postAuthLogout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The message; of an error, what went wrong in words */
                        message: string;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putAuthPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The password until now */
                    currentPassword: string;
                    /** @description The password from now on */
                    newPassword: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The message; of an error, what went wrong in words */
                        message: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getAuthProfile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postAuthRegister: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The email address */
                    email: string;
                    /** @description The name */
                    name: string;
                    /** @description The password, 8 to 128 characters */
                    password: string;
                    /** @description What a user may do */
                    role?: ("agent" | "admin" | "super_admin") | null;
                    /** @description Of the first user, where strangers can reach the live chat. */
                    setupToken?: string | null;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedIn"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getAuthRegistration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registration"];
                };
            };
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putAuthStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Whether a user can be talked to. */
                    status: "online" | "offline" | "away" | "busy";
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusSet"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getAuthUsers: {
        parameters: {
            query?: {
                /** @description Only users who may log in, or only those who may not */
                active?: boolean;
                /** @description `nextCursor` of the page before: the way that stays fast however deep one reads */
                cursor?: string;
                /** @description Entries on a page; more than 100 are 100 */
                limit?: number;
                /** @description The page's number, from 1; one past the end is empty */
                page?: number;
                /** @description Only users of this role */
                role?: "agent" | "admin" | "super_admin";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserList"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putAuthUsersId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Whether the user may log in */
                    active?: boolean | null;
                    /** @description Where the user works */
                    department?: string | null;
                    /** @description The name */
                    name?: string | null;
                    /** @description What a user may do */
                    role?: ("agent" | "admin" | "super_admin") | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putAuthUsersIdPassword: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The password from now on */
                    newPassword: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The message; of an error, what went wrong in words */
                        message: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getCannedResponses: {
        parameters: {
            query?: {
                /** @description Only canned responses of this category */
                category?: string;
                /** @description Beginnings of words that are looked for, without regard to case */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CannedResponse"][];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postCannedResponses: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What groups canned responses */
                    category?: string | null;
                    /** @description What is said */
                    content: string;
                    /** @description What an agent types for it; none or one of its own */
                    shortcut?: string | null;
                    /** @description The title */
                    title: string;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CannedResponse"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getCannedResponsesId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CannedResponse"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putCannedResponsesId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description What groups canned responses */
                    category?: string | null;
                    /** @description What is said */
                    content?: string | null;
                    /** @description What an agent types for it; none or one of its own */
                    shortcut?: string | null;
                    /** @description The title */
                    title?: string | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CannedResponse"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    deleteCannedResponsesId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The message; of an error, what went wrong in words */
                        message: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getConversations: {
        parameters: {
            query?: {
                /** @description Only conversations of this agent: `me`, an id, or `none` for nobody's */
                assignedTo?: string;
                /** @description `nextCursor` of the page before: the way that stays fast however deep one reads */
                cursor?: string;
                /** @description Entries on a page; more than 100 are 100 */
                limit?: number;
                /** @description The page's number, from 1; one past the end is empty */
                page?: number;
                /** @description Only conversations of this priority */
                priority?: "" | "low" | "medium" | "high";
                /** @description Beginnings of words that are looked for, without regard to case */
                q?: string;
                /** @description `latest`, the latest message first, or `waiting`: only those in which a visitor waits, the longest waiting first */
                sort?: "" | "latest" | "waiting";
                /** @description Only conversations with this status; `all`, or none for every one */
                status?: "" | "all" | "pending" | "active" | "resolved" | "closed";
                /** @description Only conversations with this tag */
                tag?: string;
                /** @description Only conversations of the visitor with this `_id` */
                visitor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationList"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postConversations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The sender's own name of a message: one that is sent again is stored once */
                    clientMessageId?: string | null;
                    /** @description The first message. */
                    message: string;
                    /** @description The visitor's `_id` */
                    visitorId: string;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationCreated"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getConversationsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation_Visitor"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putConversationsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description What agents note for each other */
                    notes?: string | null;
                    /** @description How urgent it is */
                    priority?: ("low" | "medium" | "high") | null;
                    /** @description Words that agents sort by */
                    tags?: string[] | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation_VisitorBrief"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putConversationsIdAssign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description To whom; oneself if absent. */
                    agentId?: string | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation_VisitorBrief"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putConversationsIdClose: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation_VisitorBrief"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getConversationsIdEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationEvents"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putConversationsIdRate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A word with it. */
                    comment?: string | null;
                    /**
                     * Format: int32
                     * @description 1 to 5.
                     */
                    rating: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation_VisitorBrief"];
                };
            };
            400: components["responses"]["400"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putConversationsIdResolve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation_VisitorBrief"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putConversationsIdTransfer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description To whom. */
                    agentId: string;
                    /** @description What the next one should know; for agents only. */
                    note?: string | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation_VisitorBrief"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getDocsFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A file's name, as the page that loads it knows it */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                };
            };
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getMessages: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before: the way that stays fast however deep one reads */
                cursor?: string;
                /** @description Entries on a page; more than 100 are 100 */
                limit?: number;
                /** @description The page's number, from 1; one past the end is empty */
                page?: number;
                /** @description Beginnings of words that are looked for, without regard to case */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundMessages"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postMessages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The sender's own name of a message: one that is sent again is stored once */
                    clientMessageId?: string | null;
                    /** @description What is said */
                    content: string;
                    /** @description The conversation's `_id` */
                    conversationId: string;
                    /** @description Where the file is that a message is about: `https:` */
                    fileUrl?: string | null;
                    /** @description The `clientMessageId` of the message that the same sender sent before this one. */
                    follows?: string | null;
                    /**
                     * @description What a message carries.
                     * @default text
                     */
                    type?: "text" | "file" | "image";
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getMessagesConversationId: {
        parameters: {
            query?: {
                /** @description Only messages with a greater `seq`, the oldest first */
                after?: number;
                /** @description Only messages with a smaller `seq` */
                before?: number;
                /** @description `nextCursor` of the page before: the way that stays fast however deep one reads */
                cursor?: string;
                /** @description Entries on a page; more than 100 are 100 */
                limit?: number;
                /** @description The page's number, from 1; one past the end is empty */
                page?: number;
            };
            header?: never;
            path: {
                /** @description The conversation's `_id` */
                conversationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageList"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putMessagesIdRead: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putMessagesConversationConversationIdReadAll: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation's `_id` */
                conversationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadAll"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getOpenapiJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getVisitors: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before: the way that stays fast however deep one reads */
                cursor?: string;
                /** @description Entries on a page; more than 100 are 100 */
                limit?: number;
                /** @description Only visitors who are there, or only those who are not */
                online?: boolean;
                /** @description The page's number, from 1; one past the end is empty */
                page?: number;
                /** @description Beginnings of words that are looked for, without regard to case */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VisitorList"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getVisitorsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Visitor"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putVisitorsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Where the visitor is, as an agent noted it */
                    city?: string | null;
                    /** @description Where the visitor is, as an agent noted it */
                    country?: string | null;
                    /** @description The email address */
                    email?: string | null;
                    /** @description The name */
                    name?: string | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Visitor"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    deleteVisitorsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The message; of an error, what went wrong in words */
                        message: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putVisitorsIdBan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Why */
                    reason?: string | null;
                    /**
                     * Format: date-time
                     * @description Until when
                     */
                    until?: string | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Visitor"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    deleteVisitorsIdBan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Visitor"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getVisitorsIdExport: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before: the way that stays fast however deep one reads */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The `_id` of what the path names */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getConfigJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientConfig"];
                };
            };
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getDashboard: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `Location` says where it is */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getDashboardFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A file's name, as the page that loads it knows it */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                };
            };
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getDemo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getDemoCss: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/css": string;
                };
            };
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getHealth: {
        parameters: {
            query?: {
                /** @description `1` asks the database, too */
                deep?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["400"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getWidgetDTs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getWidgetJs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                };
            };
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getWidgetFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A file's name, as the page that loads it knows it */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                };
            };
            404: components["responses"]["404"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
}
