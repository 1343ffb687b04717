//! What a browser loads.

use reqwest::header::{ACCEPT_ENCODING, ETAG, HeaderMap, IF_NONE_MATCH};
use reqwest::{Client, Response};
use serde_json::json;

use crate::support::{Chat, widget_file};

async fn load(chat: &Chat, path: &str, headers: &[(reqwest::header::HeaderName, &str)]) -> Response {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
    Client::new().get(chat.url(path)).headers(headers).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn the_launcher_is_kept_for_minutes_and_what_it_loads_for_ever() {
    let chat = Chat::start().await;
    let launcher = load(&chat, "/widget.js", &[]).await;
    assert_eq!(header(&launcher, "content-type"), "text/javascript; charset=utf-8");
    assert_eq!(header(&launcher, "cache-control"), "public, max-age=300");
    assert_eq!(header(&launcher, "cross-origin-resource-policy"), "cross-origin");
    let types = load(&chat, "/widget.d.ts", &[]).await;
    assert_eq!(header(&types, "content-type"), "text/plain; charset=utf-8");
    assert_eq!(header(&types, "cache-control"), "public, max-age=300");
    let file = load(&chat, &format!("/widget/{}", widget_file()), &[]).await;
    assert_eq!(header(&file, "cache-control"), "public, max-age=31536000, immutable");
    let launcher = launcher.text().await.unwrap();
    let (_, panel) = launcher.split_once("/widget/panel-").unwrap();
    let panel = load(&chat, &format!("/widget/panel-{}", panel.split('"').next().unwrap()), &[]).await;
    let before = load(&chat, "/widget/panel-OFABUILDBEFORE.js", &[]).await;
    assert_eq!(header(&before, "cache-control"), "no-cache", "an old launcher gets what there is now");
    assert_eq!(before.bytes().await.unwrap(), panel.bytes().await.unwrap());
    for unknown in ["/widget/panel.js", "/widget/..%2Fwidget.js", "/widget/..%2F..%2FCargo.toml"] {
        assert_eq!(load(&chat, unknown, &[]).await.status(), 404, "{unknown}");
    }
}

#[tokio::test]
async fn the_dashboard_runs_nothing_but_its_own_files() {
    let chat = Chat::start_with(&[("WEBSOCKET_URL", "wss://ws.example/live")], Default::default()).await;
    for path in ["/", "/dashboard"] {
        let led = chat.get(path).await;
        assert_eq!((led.status, led.header("location")), (302, Some("/dashboard/")), "{path}");
        assert_eq!(led.header("cache-control"), Some("no-store"));
    }
    for path in ["/dashboard/", "/dashboard/index.html", "/"] {
        let page = load(&chat, path, &[]).await;
        assert_eq!(page.status(), 200, "{path}");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&page, "cache-control"), "no-cache");
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        let policy = header(&page, "content-security-policy");
        for part in [
            "default-src 'none';",
            "script-src 'self';",
            "style-src 'self';",
            "img-src 'self' data:;",
            "connect-src 'self' wss://ws.example;",
            "manifest-src 'self';",
            "frame-ancestors 'none';",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"));
    }
    for unknown in
        ["/dashboard/nothing.js", "/dashboard/..%2Fdemo.css", "/dashboard/a/b", "/dashboard/%FF"]
    {
        let answer = load(&chat, unknown, &[]).await;
        assert!([400, 404].contains(&answer.status().as_u16()), "{unknown}");
    }
}

#[tokio::test]
async fn what_shows_the_descriptions_comes_compressed_and_loads_nothing_from_elsewhere() {
    let chat = Chat::start().await;
    for path in ["/api/docs", "/api/docs/events.html"] {
        let page = load(&chat, path, &[]).await;
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&page, "cache-control"), "no-cache");
        let policy = header(&page, "content-security-policy").to_owned();
        for part in
            ["default-src 'none';", "script-src 'self';", "style-src 'self';", "connect-src 'self';"]
        {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"));
        let page = page.text().await.unwrap();
        let loaded = page.split("\"/api/docs/").skip(1).map(|rest| rest.split('"').next().unwrap());
        for name in loaded.filter(|name| name.contains('-')) {
            let file = load(&chat, &format!("/api/docs/{name}"), &[]).await;
            assert_eq!(header(&file, "cache-control"), "public, max-age=31536000, immutable", "{name}");
            assert_eq!(header(&file, "content-encoding"), "gzip");
            assert_eq!(header(&file, "vary"), "accept-encoding");
            assert!(file.bytes().await.unwrap().starts_with(&[0x1f, 0x8b]));
        }
    }
    let events = chat.get("/api/docs/events.json").await.expect(200);
    assert_eq!(events["asyncapi"], "3.0.0");
    for unknown in ["/api/docs/docs", "/api/docs/..%2Fopenapi.json", "/api/docs/http.html.gz"] {
        assert_eq!(load(&chat, unknown, &[]).await.status(), 404, "{unknown}");
    }
}

#[tokio::test]
async fn what_is_named_by_its_content_is_kept_for_ever_and_nothing_else() {
    let chat = Chat::start().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions/pages/assets/dashboard");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let file = load(&chat, &format!("/dashboard/{name}"), &[]).await;
        let is_kept = header(&file, "cache-control") == "public, max-age=31536000, immutable";
        assert_eq!(is_kept, name.contains('-'), "{name}");
        assert_ne!(header(&file, "content-type"), "application/octet-stream", "{name}");
        if let (Some((stem, _)), true) = (name.rsplit_once('-'), is_kept) {
            let kind = name.rsplit('.').next().unwrap();
            let before = load(&chat, &format!("/dashboard/{stem}-OFBEFORE.{kind}"), &[]).await;
            assert_eq!(header(&before, "content-type"), header(&file, "content-type"));
            assert_eq!(header(&before, "cache-control"), "no-cache");
        }
    }
}

#[tokio::test]
async fn a_file_is_compressed_for_who_takes_that_and_not_sent_to_who_has_it() {
    let chat = Chat::start().await;
    let plain = load(&chat, "/demo.css", &[]).await;
    let etag = header(&plain, "etag").to_owned();
    assert_eq!(header(&plain, "content-encoding"), "");
    let plain = plain.bytes().await.unwrap();
    let packed = load(&chat, "/demo.css", &[(ACCEPT_ENCODING, "gzip")]).await;
    assert_eq!((header(&packed, "content-encoding"), header(&packed, "etag")), ("gzip", etag.as_str()));
    let packed = packed.bytes().await.unwrap();
    assert!(packed.starts_with(&[0x1f, 0x8b]) && packed.len() * 2 < plain.len());
    let had = load(&chat, "/demo.css", &[(IF_NONE_MATCH, &format!("\"x\", {etag}"))]).await;
    assert_eq!((had.status().as_u16(), had.headers()[ETAG].to_str().unwrap()), (304, etag.as_str()));
    assert!(had.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_demo_is_a_page_as_strict_as_a_customers() {
    let chat = Chat::start_with(&[("WEBSOCKET_URL", "wss://ws.example/live")], Default::default()).await;
    let demo = load(&chat, "/demo", &[]).await;
    let policy = header(&demo, "content-security-policy").to_owned();
    for part in ["default-src 'none'", "script-src 'self';", "connect-src 'self' wss://ws.example;"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"));
    assert!(demo.text().await.unwrap().contains("src=\"/widget.js\""));
    assert_eq!(header(&load(&chat, "/demo", &[]).await, "cache-control"), "no-cache");
    let config = load(&chat, "/config.json", &[]).await;
    assert_eq!(header(&config, "cache-control"), "public, max-age=300");
    let config = chat.get("/config.json").await.expect(200);
    assert_eq!(config, json!({ "webSocketUrl": "wss://ws.example/live" }));
}
