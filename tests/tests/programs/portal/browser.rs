//! A real Chromium: somebody logs in, talks, and uploads a file with a pause, a reload and a server that
//! is started anew.

use lanternet_tests::worlds::{Play, SERVER, World};
use serde_json::json;

use super::webdriver::{Browser, is_there};
use super::{PASSWORD, add_user, content};

/// A portal over TLS, with a user, and a browser that is logged in there.
fn logged_in(play: &mut Play) -> (lanternet_tests::worlds::Running, Browser, String) {
    add_user(play, "ann");
    let server = play.serve("serve portal --users users --dir files");
    let url = format!("https://{}/", play.address(&server));
    let browser = Browser::new();
    browser.open(&url);
    log_in(&browser);
    (server, browser, url)
}

fn log_in(browser: &Browser) {
    browser.wait("!document.getElementById('door').hidden");
    browser.run("document.getElementById('name').value = '';");
    browser.type_into("#name", "ann");
    browser.type_into("#password", PASSWORD);
    browser.click("#login-button");
    browser.wait("!document.getElementById('rooms').hidden");
    browser.wait("document.querySelector('.theirs')");
}

#[test]
fn somebody_logs_in_talks_and_logs_out() {
    if !is_there() {
        return;
    }
    let mut play = World::on_loopback();
    let (_server, browser, url) = logged_in(&mut play);
    browser.wait("document.getElementById('here').textContent === 'ann'");
    browser.type_into("#text", "hello\u{e007}");
    browser.wait("document.querySelectorAll('.theirs').length === 2");
    // Text is text.
    browser.type_into("#text", "<img src=x onerror=alert(1)>\u{e007}");
    browser.wait("document.querySelectorAll('.theirs').length === 3");
    assert_eq!(browser.run("return document.querySelectorAll('#log img').length;"), 0);
    // No script can read the cookie.
    assert_eq!(browser.run("return document.cookie;"), "");
    // The page's BLAKE3 is BLAKE3: official test vectors, whose input is the bytes 0 to 250 over and over.
    for (length, hash) in [
        (0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
        (1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"),
        (1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"),
        (102_400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"),
    ] {
        let script = format!(
            "return import('/blake3.js').then(({{ Blake3 }}) => {{
                const hasher = new Blake3();
                hasher.update(Uint8Array.from({{ length: {length} }}, (_, at) => at % 251));
                return hasher.hex();
            }});"
        );
        assert_eq!(browser.run(&script), hash);
    }
    // A reload keeps the session.
    browser.open(&url);
    browser.wait("document.querySelector('.theirs')");
    browser.type_into("#text", "q\u{e007}");
    browser.wait("document.querySelector('#chat-state button')");
    browser.click("#chat-state button");
    browser.wait("document.querySelectorAll('.theirs').length === 1");
    assert_eq!(browser.complaints(), Vec::<String>::new());
    browser.click("#logout");
    browser.wait("!document.getElementById('door').hidden");
    browser.open(&url);
    browser.wait("!document.getElementById('door').hidden");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_file_goes_on_after_a_pause_a_reload_and_a_new_start_of_the_server() {
    if !is_there() {
        return;
    }
    let mut play = World::on_loopback();
    let (server, browser, url) = logged_in(&mut play);
    let file = browser.scratch().join("照片 1.bin");
    let bytes = content(6_000_000);
    std::fs::write(&file, &bytes).unwrap();
    let path = file.to_str().unwrap();
    browser.slow_uploads(Some(1_000_000));
    browser.type_into("#pick", path);
    browser.wait("document.querySelector('.upload progress').value > 0.1");
    browser.click("[data-action=pause]");
    browser.wait("document.querySelector('.upload').dataset.state === 'paused'");
    browser.screenshot("paused");
    // The page is loaded again: the file has to be chosen again, and goes on.
    browser.open(&url);
    browser.wait("document.querySelector('.theirs')");
    browser.type_into("#pick", path);
    browser.wait("document.querySelector('.upload').dataset.state === 'sending'");
    let from = browser.run("return document.querySelector('.upload progress').value;");
    assert!(from.as_f64().unwrap() > 0.05, "goes on at {from}");
    browser.wait("document.querySelector('.upload progress').value > 0.4");
    browser.screenshot("sending");
    // The server is killed; the page finds that it is logged out, and goes on after the login.
    let port = play.port(&server);
    play.kill(&server);
    browser.wait("document.querySelector('.upload').dataset.state === 'lost'");
    let line = format!("serve portal --users users --dir files --port {port}");
    let server = play.serve(&line);
    browser.slow_uploads(None);
    log_in(&browser);
    browser.wait("document.querySelector('.file')");
    let stored = play.file(SERVER, "files/ann/照片 1.bin");
    assert!(stored == Some(bytes), "the file is another");
    play.wait_for(&server, "is there up to");
    // What was downloaded is what was uploaded; only its length is looked at.
    let script = "return fetch('/api/files/%E7%85%A7%E7%89%87%201.bin')\
                  .then((answer) => answer.arrayBuffer()).then((bytes) => bytes.byteLength);";
    assert_eq!(browser.run(script), 6_000_000);
    browser.screenshot("stored");
    // The same name again: the page asks.
    browser.type_into("#pick", path);
    browser.wait("document.querySelector('[data-action=rename]')");
    browser.screenshot("exists");
    browser.click("[data-action=rename]");
    browser.wait("document.querySelectorAll('.file').length === 2");
    assert!(play.file(SERVER, "files/ann/照片 1 (1).bin").is_some());
}

#[test]
fn the_page_is_readable_in_both_languages_light_and_dark_wide_and_narrow() {
    if !is_there() {
        return;
    }
    let mut play = World::on_loopback();
    let (_server, browser, url) = logged_in(&mut play);
    browser.run("localStorage.clear();");
    let narrow = browser.scratch().join("a long name of a file that does not fit on a phone.txt");
    std::fs::write(&narrow, "lanterns\n").unwrap();
    browser.type_into("#pick", narrow.to_str().unwrap());
    browser.wait("document.querySelector('.file')");
    for (width, height) in [(1280, 800), (390, 844)] {
        for language in ["en", "zh-CN"] {
            for scheme in ["light", "dark"] {
                let metrics = json!({
                    "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500,
                });
                browser.chromium("Emulation.setDeviceMetricsOverride", metrics);
                let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
                browser.chromium("Emulation.setEmulatedMedia", json!({ "features": [feature] }));
                let agent = browser.run("return navigator.userAgent;");
                let agent = json!({ "userAgent": agent, "acceptLanguage": language });
                browser.chromium("Emulation.setUserAgentOverride", agent);
                browser.open(&url);
                browser.wait("document.querySelector('.theirs')");
                browser.type_into("#text", if language == "en" { "hello" } else { "你好" });
                browser.click("#send");
                browser.wait("document.querySelectorAll('.theirs').length === 2");
                assert_eq!(browser.run("return document.documentElement.lang;"), language);
                // Nothing is wider than the page.
                let wide = "return document.documentElement.scrollWidth - innerWidth;";
                assert!(browser.run(wide).as_i64().unwrap() <= 0, "{width} {language}");
                browser.screenshot(&format!("rooms-{width}-{language}-{scheme}"));
            }
        }
    }
    browser.click("#logout");
    browser.wait("!document.getElementById('door').hidden");
    browser.type_into("#name", "ann");
    browser.type_into("#password", "wrong password\u{e007}");
    browser.wait("document.getElementById('login-error').textContent !== ''");
    browser.screenshot("door-390-zh-CN-dark");
    browser.click("#language");
    browser.chromium("Emulation.clearDeviceMetricsOverride", json!({}));
    browser.screenshot("door-wide-en-dark");
}
