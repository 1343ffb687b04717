//! Frames, and the data of every event: whatever comes in is read or refused.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use websocket::{Frame, asyncapi};

static EVENTS: LazyLock<Vec<(&'static str, fn(serde_json::Value) -> shared::Result<()>)>> =
    LazyLock::new(|| asyncapi().into_iter().map(|event| (event.name, event.read)).collect());

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let frame = Frame::read(&text);
    if let Ok((event, data)) = frame.event {
        for (name, read) in EVENTS.iter() {
            // The data of each event, whatever it is called: most texts name none.
            if *name == event || text.len() % EVENTS.len() == name.len() % EVENTS.len() {
                let _read_or_refused = read(data.clone());
            }
        }
    }
});
