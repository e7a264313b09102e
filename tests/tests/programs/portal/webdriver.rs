//! A browser, driven over WebDriver (W3C): chromedriver takes requests in JSON over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use lanternet_tests::peer::Peer;

/// How long a test waits for anything on a page.
const PATIENCE: Duration = Duration::from_secs(60);
/// The name under which WebDriver gives an element's id (section 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A headless Chromium and its driver, which end with it.
pub(super) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    profile: TempDir,
}

/// Whether this machine has both; under CI it has to.
pub(super) fn is_there() -> bool {
    ["chromium", "chromedriver"].into_iter().all(|name| Peer::find(name).is_some())
}

impl Browser {
    /// A browser that takes certificates that nobody signed, as somebody who clicks the warning away.
    pub(super) fn new() -> Self {
        let profile = lanternet_tests::scratch();
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // "ChromeDriver was started successfully on port 40123."
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            line.rsplit_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        // Else it would stop when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        let mut browser = Self { driver, port: port.unwrap(), session: String::new(), profile };
        let data = browser.profile.path().join("profile");
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            &format!("--user-data-dir={}", data.display()),
        ];
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "acceptInsecureCerts": true,
            "unhandledPromptBehavior": "accept",
            "goog:chromeOptions": { "args": args },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let created = browser.raw("POST", "/session", &capabilities);
        browser.session = created["sessionId"].as_str().unwrap().to_owned();
        browser
    }

    /// What a request answers.
    #[track_caller]
    fn raw(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.try_raw(method, path, body);
        assert!(answer["error"].is_null(), "{method} {path} {body}: {answer:#}");
        answer
    }

    fn try_raw(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(2 * PATIENCE)).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).unwrap();
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut bytes = vec![0; length];
        answer.read_exact(&mut bytes).unwrap();
        let mut answer: Value = serde_json::from_slice(&bytes).unwrap();
        answer["value"].take()
    }

    #[track_caller]
    fn command(&self, what: &str, body: &Value) -> Value {
        self.raw("POST", &format!("/session/{}/{what}", self.session), body)
    }

    /// Opens a page.
    #[track_caller]
    pub(super) fn open(&self, url: &str) {
        self.command("url", &json!({ "url": url }));
    }

    /// What a function's body returns on the page.
    #[track_caller]
    pub(super) fn run(&self, script: &str) -> Value {
        self.command("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// A command of Chromium's own protocol.
    #[track_caller]
    pub(super) fn chromium(&self, command: &str, params: Value) {
        self.command("goog/cdp/execute", &json!({ "cmd": command, "params": params }));
    }

    #[track_caller]
    fn element(&self, selector: &str) -> String {
        let until = Instant::now() + PATIENCE;
        let body = json!({ "using": "css selector", "value": selector });
        loop {
            let path = format!("/session/{}/element", self.session);
            if let Some(id) = self.try_raw("POST", &path, &body)[ELEMENT].as_str() {
                return id.to_owned();
            }
            assert!(Instant::now() < until, "no element `{selector}`\n{}", self.state());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Types into an element, or chooses a file.
    #[track_caller]
    pub(super) fn type_into(&self, selector: &str, text: &str) {
        let id = self.element(selector);
        self.command(&format!("element/{id}/value"), &json!({ "text": text }));
    }

    #[track_caller]
    pub(super) fn click(&self, selector: &str) {
        let id = self.element(selector);
        self.command(&format!("element/{id}/click"), &json!({}));
    }

    /// Waits until an expression is true on the page.
    #[track_caller]
    pub(super) fn wait(&self, expression: &str) {
        let until = Instant::now() + PATIENCE;
        while self.run(&format!("return Boolean({expression});")) != true {
            assert!(Instant::now() < until, "never `{expression}`\n{}", self.state());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What is on the page, and what it complained of, for a message.
    fn state(&self) -> String {
        let text = self.run("return document.body.innerText;");
        let path = format!("/session/{}/se/log", self.session);
        let log = self.try_raw("POST", &path, &json!({ "type": "browser" }));
        format!("{}\n{log:#}", text.as_str().unwrap_or_default())
    }

    /// What the page complained of: scripts that failed, content that the policy forbids.
    pub(super) fn complaints(&self) -> Vec<String> {
        let path = format!("/session/{}/se/log", self.session);
        let log = self.try_raw("POST", &path, &json!({ "type": "browser" }));
        let lines = log.as_array().into_iter().flatten();
        let severe = lines.filter(|line| line["level"] == "SEVERE");
        severe.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// How the page looks, as a PNG in `LANTERNET_SCREENSHOTS`, or else beside the profile.
    pub(super) fn screenshot(&self, name: &str) -> PathBuf {
        let path = format!("/session/{}/screenshot", self.session);
        let taken = self.raw("GET", &path, &Value::Null);
        let kept = std::env::var_os("LANTERNET_SCREENSHOTS").map(PathBuf::from);
        let folder = kept.unwrap_or_else(|| self.profile.path().to_owned());
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        std::fs::write(&file, base64(taken.as_str().unwrap())).unwrap();
        file
    }

    /// As many bytes per second as this are uploaded; `None` for as many as it can.
    pub(super) fn slow_uploads(&self, rate: Option<u32>) {
        self.chromium("Network.enable", json!({}));
        let rate = rate.map_or(-1, i64::from);
        let conditions = json!({
            "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": rate,
        });
        self.chromium("Network.emulateNetworkConditions", conditions);
    }

    /// A folder for the test's own files.
    pub(super) fn scratch(&self) -> &Path {
        self.profile.path()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.try_raw("DELETE", &format!("/session/{}", self.session), &Value::Null);
        }
        // With it go the browsers that it started.
        let _ = Command::new("kill").arg(self.driver.id().to_string()).status();
        let _ = self.driver.wait();
    }
}

/// RFC 4648 section 4.
fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let digit = DIGITS.iter().position(|digit| *digit == letter).unwrap();
        bits = (bits << 6 | digit as u32) & 0xfff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

#[test]
fn base64_is_read_as_in_the_rfc() {
    // RFC 4648 section 10.
    for (text, bytes) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9vYmFy", "foobar")] {
        assert_eq!(base64(text), bytes.as_bytes());
    }
}
