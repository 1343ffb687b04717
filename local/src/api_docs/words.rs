//! What the names on the wire mean: a name means the same wherever it stands, unless its type says more.

use serde_json::Value;

/// Parameters of a path or a query.
const PARAMETERS: [(&str, &str); 23] = [
    ("action", "Only entries of this kind"),
    ("active", "Only users who may log in, or only those who may not"),
    ("after", "Only messages with a greater `seq`, the oldest first"),
    ("assignedTo", "Only conversations of this agent: `me`, an id, or `none` for nobody's"),
    ("before", "Only messages with a smaller `seq`"),
    ("category", "Only canned responses of this category"),
    ("conversationId", "The conversation's `_id`"),
    ("cursor", "`nextCursor` of the page before: the way that stays fast however deep one reads"),
    ("deep", "`1` asks the database, too"),
    ("file", "A file's name, as the page that loads it knows it"),
    ("id", "The `_id` of what the path names"),
    ("limit", "Entries on a page; more than 100 are 100"),
    ("online", "Only visitors who are there, or only those who are not"),
    ("page", "The page's number, from 1; one past the end is empty"),
    ("period", "How many days, today the last of them"),
    ("priority", "Only conversations of this priority"),
    ("q", "Beginnings of words that are looked for, without regard to case"),
    ("role", "Only users of this role"),
    (
        "sort",
        "`latest`, the latest message first, or `waiting`: only those in which a visitor waits, the longest waiting first",
    ),
    ("status", "Only conversations with this status; `all`, or none for every one"),
    ("tag", "Only conversations with this tag"),
    ("tz", "The time zone in which days begin, as IANA names it; UTC unless it is said"),
    ("visitor", "Only conversations of the visitor with this `_id`"),
];

/// Fields of bodies, answers and events.
const FIELDS: [(&str, &str); 117] = [
    ("_id", "Its id; of a day in a chart, the date"),
    ("action", "What was done"),
    ("active", "Whether the user may log in"),
    ("activeChats", "Conversations that an agent holds"),
    ("actor", "Who did it"),
    ("address", "The address that it was done from"),
    ("after", "Only messages with a greater `seq`"),
    ("agent", "How far the agents have come"),
    ("agentId", "The agent's id"),
    ("asOf", "When these figures were true"),
    ("assignedAgent", "The agent who holds it; null while nobody does"),
    ("assignedConversations", "Conversations that the agent holds or has held"),
    ("at", "When it was so"),
    ("avatar", "The address of a picture"),
    ("avgRating", "The average rating, from 1 to 5"),
    ("avgResolutionSeconds", "From a conversation's beginning until it was resolved, on the average"),
    ("avgResponseSeconds", "From a visitor's first message to the first answer, on the average"),
    ("avgResponseTime", "The same for people, as in `2m 30s`"),
    ("browser", "The browser, as its `User-Agent` says"),
    ("category", "What groups canned responses"),
    ("city", "Where the visitor is, as an agent noted it"),
    ("clientMessageId", "The sender's own name of a message: one that is sent again is stored once"),
    ("closedAt", "When it was closed"),
    ("closedChats", "Conversations that are closed"),
    ("code", "What it was, by a stable name"),
    ("comment", "What the visitor says with the rating"),
    ("content", "What is said"),
    ("conversation", "The conversation"),
    ("conversationId", "The conversation's `_id`"),
    ("conversations", "The conversations; in a chart, how many began on each day"),
    ("count", "How many there were"),
    ("country", "Where the visitor is, as an agent noted it"),
    ("createdAt", "When it was made"),
    ("createdBy", "Who made it"),
    ("currentPage", "The page that the visitor looks at"),
    ("currentPassword", "The password until now"),
    ("database", "`ok`, where it was asked for"),
    ("delivered", "How far messages have been received"),
    ("deliveredAt", "When it was received"),
    ("department", "Where the user works"),
    ("detail", "What it was about"),
    ("email", "The email address"),
    ("entries", "The entries"),
    ("errors", "Of `validation_failed`: each field that breaks a rule"),
    ("exportedAt", "When it was exported"),
    ("externalId", "What the site's identity calls the visitor"),
    ("fileUrl", "Where the file is that a message is about: `https:`"),
    ("firstResponseAt", "When an agent answered first"),
    ("follows", "The `clientMessageId` of the message before it"),
    ("id", "The id"),
    ("ipAddress", "The address that the visitor comes from, as the gateway saw it"),
    ("isOnline", "Whether the visitor is there"),
    ("isRead", "Whether the other side has read it"),
    ("lastMessage", "The beginning of the last message"),
    ("lastMessageAt", "When the last message was sent"),
    ("lastSeen", "When the visitor was there last"),
    ("marks", "How far both sides have come"),
    ("message", "The message; of an error, what went wrong in words"),
    ("messageCount", "How many messages there are, and the `seq` of the last one"),
    ("messageId", "The message's `_id`"),
    ("messages", "The messages; in a chart, how many were sent on each day"),
    ("messagesSent", "Messages that the agent has sent"),
    ("modifiedCount", "How many messages have become read"),
    ("msg", "What is wrong with it"),
    ("name", "The name"),
    ("needsSetupToken", "Whether the first user must show the `setupToken`"),
    ("newPassword", "The password from now on"),
    ("notes", "What agents note for each other"),
    ("os", "The operating system, as the `User-Agent` says"),
    ("pageViews", "The last 20 pages, the latest last"),
    ("password", "The password, 8 to 128 characters"),
    ("path", "Which field"),
    ("pendingChats", "Conversations that nobody holds"),
    ("priority", "How urgent it is"),
    ("ratedConversations", "Conversations that were rated"),
    ("rating", "The visitor's rating, from 1 to 5"),
    ("ratingComment", "What the visitor said with it"),
    ("read", "How far messages have been read"),
    ("readAt", "When it was read"),
    ("reason", "Why"),
    ("referrer", "The page that led the visitor here"),
    (
        "registration",
        "Who may register: the `first` user, anybody (`open`), or nobody without an administrator (`closed`)",
    ),
    ("resolvedAt", "When it was resolved"),
    ("resolvedChats", "Conversations that are resolved"),
    ("resolvedConversations", "Conversations that the agent has resolved"),
    ("retryAfter", "In how many seconds to come back"),
    ("role", "What a user may do"),
    ("sender", "The side that sent it"),
    ("senderId", "Who sent it"),
    ("seq", "The message's number in its conversation: 1, 2, 3 …"),
    ("sessionId", "A secret that the visitor's browser made up, and shows each time"),
    ("shortcut", "What an agent types for it; none or one of its own"),
    ("status", "How it is"),
    ("tags", "Words that agents sort by"),
    ("target", "Whom or what it was done to"),
    ("timestamp", "When the page was looked at"),
    ("title", "The title"),
    ("token", "A token for the HTTP API, as in `Authorization: Bearer …`"),
    ("totalConversations", "All conversations"),
    ("totalTimeOnSite", "How long the visitor was there in all, in seconds"),
    ("type", "What a message carries"),
    ("unreadCount", "How many of the visitor's messages no agent has read"),
    ("until", "Until when"),
    ("updatedAt", "When it was changed last"),
    ("upTo", "The `seq` of the last message that it covers"),
    ("url", "The page's address: `https://…`, `http://…` or a path"),
    ("user", "The user"),
    ("userAgent", "The `User-Agent` of the visitor's browser"),
    ("userId", "The user's id"),
    ("userName", "Who types"),
    ("users", "The users"),
    ("version", "The live chat's version"),
    ("visitCount", "How often the visitor has come"),
    ("visitor", "The visitor; of marks, how far the visitor has come"),
    ("visitorId", "The visitor's `_id`"),
    ("visitors", "The visitors"),
    ("watch", "How much of the others' conversations the connection is pushed"),
];

/// What a parameter is; a test finds those of which nothing is said.
pub fn of_parameter(name: &str) -> &'static str {
    meaning(&PARAMETERS, name).unwrap_or_default()
}

fn meaning(words: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    words.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning)
}

/// Says of each field what it is, unless its type does.
pub fn explain(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(properties) = fields.get_mut("properties").and_then(Value::as_object_mut) {
                for (name, property) in properties {
                    let Some(property) = property.as_object_mut() else { continue };
                    if let Some(meaning) = meaning(&FIELDS, name)
                        && !property.contains_key("description")
                        && !property.contains_key("const")
                    {
                        property.insert("description".to_owned(), meaning.into());
                    }
                }
            }
            fields.values_mut().for_each(explain);
        }
        Value::Array(values) => values.iter_mut().for_each(explain),
        _ => {}
    }
}
