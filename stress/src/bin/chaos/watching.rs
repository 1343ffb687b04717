//! What is known of what happened.

use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use futures::future::join_all;
use mongodb::bson::{Document, doc};
use shared::db::Stored as _;
use shared::documents::conversation::Conversation;
use shared::documents::message::Message;
use stress::client::Client;
use stress::evidence::{Evidence, Glance, Kept, List, Stored};
use stress::replica_set::Failure;
use tokio::time::{Instant, sleep};

use crate::world::{World, locked};

/// Looks at the conversations again and again, each look after the one before: a causally consistent
/// session does not see an earlier state, whichever server answers.
pub async fn look(world: Arc<World>, database: mongodb::Database) -> Result<(), Failure> {
    let conversations = database.collection_with_options::<Document>(
        Conversation::COLLECTION,
        mongodb::options::CollectionOptions::builder()
            .read_concern(mongodb::options::ReadConcern::majority())
            .build(),
    );
    let mut session = database.client().start_session().await?;
    while world.runs() {
        sleep(Duration::from_millis(500)).await;
        let looking = async {
            let mut found = conversations
                .find(doc! {})
                .projection(doc! { "marks": 1, "assignedAgent": 1 })
                .session(&mut session)
                .await?;
            let all: Vec<Document> = found.stream(&mut session).try_collect().await?;
            Ok::<_, mongodb::error::Error>(all)
        };
        // A server that is away is seen again at the next look.
        let Ok(Ok(all)) = tokio::time::timeout(Duration::from_secs(5), looking).await else { continue };
        let mark = |row: &Document, side: &str, kind: &str| {
            let marks = row.get_document("marks").and_then(|marks| marks.get_document(side));
            let mark = marks.and_then(|marks| marks.get_document(kind));
            mark.and_then(|mark| mark.get_i64("seq")).unwrap_or(0)
        };
        let glances = all.iter().map(|row| Glance {
            conversation: row.get_object_id("_id").map(|id| id.to_hex()).unwrap_or_default(),
            marks: [
                mark(row, "agent", "delivered"),
                mark(row, "agent", "read"),
                mark(row, "visitor", "delivered"),
                mark(row, "visitor", "read"),
            ],
            holder: row.get_object_id("assignedAgent").map(|id| id.to_hex()).ok(),
        });
        locked(&world.glances).extend(glances);
    }
    Ok(())
}

/// Waits until no outbox holds a message: those whose function was killed are taken over
/// after 35 seconds, behind the frames of whoever is there.
pub async fn wait_for_dispatch(database: &mongodb::Database) -> Result<(), Failure> {
    let conversations = database.collection::<Document>(Conversation::COLLECTION);
    let deadline = Instant::now() + Duration::from_secs(120);
    while conversations.find_one(doc! { "outbox.due": { "$exists": true } }).await?.is_some() {
        if Instant::now() > deadline {
            break;
        }
        sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// Everything that the database and the clients know.
pub async fn gather(world: &World, database: &mongodb::Database) -> Result<Evidence, Failure> {
    let mut evidence = Evidence {
        sent: std::mem::take(&mut *locked(&world.sent)),
        holders: std::mem::take(&mut *locked(&world.holders)),
        glances: std::mem::take(&mut *locked(&world.glances)),
        ..Evidence::default()
    };
    let clients = world.rooms.iter().flat_map(|room| &room.visitors);
    let clients: Vec<&Client> = clients.chain(world.agents.iter().map(|(_, client)| client)).collect();
    for log in join_all(clients.iter().map(|client| client.finish())).await {
        let log = log?;
        evidence.fetches.extend(log.fetches);
        evidence.conflicts.extend(log.conflicts);
        for (conversation, messages) in log.lists {
            evidence.lists.push(List { conversation, messages: messages.into_iter().collect() });
        }
    }
    let all = database.collection::<Conversation>(Conversation::COLLECTION).find(doc! {}).await?;
    for conversation in all.try_collect::<Vec<_>>().await? {
        let of = doc! { "conversation": conversation.id };
        let messages = database.collection::<Message>(Message::COLLECTION);
        let messages: Vec<Message> =
            messages.find(of).sort(doc! { "seq": 1 }).await?.try_collect().await?;
        let stored = |message: Message| Stored {
            seq: message.seq,
            id: message.id.to_string(),
            by: message.sender_id.to_string(),
            name: message.client_message_id.unwrap_or_default(),
        };
        let kept = Kept {
            last: conversation.seq,
            counted: conversation.counts.agent + conversation.counts.visitor,
            left_behind: conversation.outbox.len(),
            messages: messages.into_iter().map(stored).collect(),
        };
        evidence.conversations.insert(conversation.id.to_string(), kept);
    }
    Ok(evidence)
}
