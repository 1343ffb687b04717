//! Puts conversations straight into a database, as if many visitors had chatted for 90 days.

use std::fmt;
use std::time::Duration;

use futures::future::try_join_all;
use mongodb::Database;
use mongodb::bson::doc;
use mongodb::options::WriteConcern;
use shared::db::{Stored, search_words};
use shared::documents::conversation::{Conversation, Counts, Name, Priority, Status};
use shared::documents::message::{Kind, Message};
use shared::documents::participant::Side;
use shared::documents::user::User;
use shared::documents::visitor::Visitor;
use shared::{Id, Time};
use stress::replica_set::Failure;

/// The agents who hold them.
const AGENTS: usize = 20;
/// So many are stored at once.
const BATCH: usize = 1000;
const PERIOD: Duration = Duration::from_secs(90 * 24 * 3600);
/// The latest conversations have so many messages at least, since those are read.
const READ: u64 = 100;
const MESSAGES_OF_READ: u64 = 20;

/// How much is stored.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// Conversations; half as many visitors.
    pub conversations: u64,
    /// Messages, as many in each.
    pub messages: u64,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} conversations and {} messages", self.conversations, self.messages)
    }
}

/// Stores them, held by the agent with this email among others.
///
/// # Errors
/// When the database cannot be reached.
pub async fn seed(database: &Database, email: &str, amount: Amount) -> Result<(), Failure> {
    let users = database.collection::<User>(User::COLLECTION);
    let me =
        users.find_one(doc! { "email": email }).await?.ok_or("the agent is not in this database")?;
    let mut agents = vec![me.id];
    for number in 1..AGENTS {
        let (id, email) = (Id::random()?, format!("{number}-{email}"));
        let founder = None;
        users.insert_one(User { id, email, founder, sessions: Vec::new(), ..me.clone() }).await?;
        agents.push(id);
    }
    let all: Vec<u64> = (0..amount.conversations).collect();
    // Two at a time keep a mongod busy.
    let halves = all.chunks(all.len().div_ceil(2).max(1)).map(|half| {
        let agents = &agents;
        async move {
            for numbers in half.chunks(BATCH) {
                store_batch(database, agents, amount, numbers).await?;
            }
            Ok::<_, Failure>(())
        }
    });
    try_join_all(halves).await.map(drop)
}

async fn store_batch(
    database: &Database,
    agents: &[Id],
    amount: Amount,
    numbers: &[u64],
) -> Result<(), Failure> {
    let (mut visitors, mut conversations, mut messages) = (Vec::new(), Vec::new(), Vec::new());
    for pair in numbers.chunks(2) {
        let visitor = visitor(pair[0])?;
        for number in pair {
            let (conversation, its) = conversation(*number, visitor.id, agents, amount)?;
            conversations.push(conversation);
            messages.extend(its);
        }
        visitors.push(visitor);
    }
    store(database, &visitors).await?;
    store(database, &conversations).await?;
    for batch in messages.chunks(BATCH) {
        store(database, batch).await?;
    }
    Ok(())
}

async fn store<T: Stored>(database: &Database, documents: &[T]) -> Result<(), Failure> {
    if !documents.is_empty() {
        let collection = database.collection::<T>(T::COLLECTION);
        let inserting = collection.insert_many(documents);
        inserting.ordered(false).write_concern(WriteConcern::nodes(1)).await?;
    }
    Ok(())
}

fn visitor(number: u64) -> Result<Visitor, Failure> {
    let now = Time::now();
    let (name, email) = (format!("Visitor N{number}"), format!("n{number}@example.com"));
    let words = |texts: &[&str]| search_words(texts.iter().copied()).into_iter().collect();
    let (name_words, email_words) = (words(&[&name]), words(&[&email]));
    let words = words(&[&name, &email]);
    Ok(Visitor {
        id: Id::random()?,
        session_hash: format!("seeded-{number}-{}", fastrand::u64(..)),
        external_id: None,
        verified: false,
        ban: None,
        erased_at: None,
        name: Some(name),
        email: Some(email),
        ip_address: None,
        user_agent: None,
        browser: Some("Firefox".to_owned()),
        os: Some("Linux".to_owned()),
        country: None,
        city: None,
        current_page: Some("https://shop.example.com/".to_owned()),
        page_views: Vec::new(),
        referrer: None,
        visit_count: 1,
        total_time_on_site: 60,
        is_online: false,
        last_seen: now,
        created_at: now,
        visit_began_at: now,
        connections: Vec::new(),
        was_absent: false,
        pushed_out: Vec::new(),
        name_words,
        email_words,
        words,
    })
}

/// The conversation of this number, the last one being the latest, with its messages.
fn conversation(
    number: u64,
    visitor: Id,
    agents: &[Id],
    amount: Amount,
) -> Result<(Conversation, Vec<Message>), Failure> {
    let id = Id::random()?;
    let Amount { conversations, messages } = amount;
    let age = PERIOD.mul_f64((conversations - number) as f64 / conversations as f64);
    let ago = |age: Duration| Time::from_millis(Time::now().millis() - age.as_millis() as i64);
    let status = match number % 20 {
        0 => Status::Pending,
        1..3 => Status::Active,
        3..7 => Status::Resolved,
        _ => Status::Closed,
    };
    let agent = agents[number as usize / 20 % agents.len()];
    let is_read = number + READ >= conversations;
    let least = if is_read { MESSAGES_OF_READ } else { 0 };
    let count = (messages * (number + 1) / conversations - messages * number / conversations).max(least);
    let messages = (1..=count)
        .map(|seq| message(id, seq, [visitor, agent], ago(age + Duration::from_secs(count - seq))))
        .collect::<Result<Vec<_>, _>>()?;
    let of = |side| messages.iter().filter(move |message| message.sender == side);
    let ended = matches!(status, Status::Resolved | Status::Closed);
    let conversation = Conversation {
        id,
        visitor,
        assigned_agent: (status != Status::Pending).then_some(agent),
        status,
        seq: count as i64,
        names: messages.iter().map(Name::of).collect(),
        counts: Counts {
            agent: of(Side::Agent).count() as i64,
            visitor: of(Side::Visitor).count() as i64,
        },
        last_message: messages.last().map(|message| message.content.clone()),
        active_at: ago(age),
        created_at: ago(age + Duration::from_secs(count)),
        first_visitor_message_at: of(Side::Visitor).next().map(|message| message.created_at),
        first_response_at: of(Side::Agent).next().map(|message| message.created_at),
        first_response_by: of(Side::Agent).next().map(|message| message.sender_id),
        resolved_at: ended.then(|| ago(age)),
        closed_at: (status == Status::Closed).then(|| ago(age)),
        priority: if number.is_multiple_of(10) { Priority::High } else { Priority::Medium },
        tags: if number.is_multiple_of(7) { vec!["refund".to_owned()] } else { Vec::new() },
        waiting_since: (status == Status::Pending).then(|| ago(age + Duration::from_secs(count))),
        rating: (ended && number.is_multiple_of(3)).then_some((number % 5) as i32 + 1),
        ..Conversation::default()
    };
    Ok((conversation, messages))
}

/// A message of the visitor or the agent, in turn.
fn message(
    conversation: Id,
    seq: u64,
    [visitor, agent]: [Id; 2],
    created_at: Time,
) -> Result<Message, Failure> {
    let by_visitor = seq % 2 == 1;
    Ok(Message {
        id: Id::random()?,
        conversation,
        seq: seq as i64,
        nth: seq.div_ceil(2) as i64,
        sender: if by_visitor { Side::Visitor } else { Side::Agent },
        sender_id: if by_visitor { visitor } else { agent },
        content: format!("Message {seq} about my order"),
        kind: Kind::Text,
        file_url: None,
        client_message_id: None,
        created_at,
        words: Vec::new(),
    }
    .findable())
}
