//! The bodies of every route: whatever comes in is read or refused. The first byte says of which.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static READERS: LazyLock<Vec<fn(&[u8]) -> shared::Result<()>>> = LazyLock::new(|| {
    let all = [
        auth::openapi(),
        conversations::openapi(),
        messages::openapi(),
        pages::openapi(),
        visitors::openapi(),
        analytics::openapi(),
        canned_responses::openapi(),
    ];
    let with_body = all.into_iter().flatten().filter(|operation| operation.body.is_some());
    with_body.map(|operation| operation.read).collect()
});

fuzz_target!(|data: &[u8]| {
    if let Some((which, body)) = data.split_first() {
        let _read_or_refused = READERS[usize::from(*which) % READERS.len()](body);
    }
});
