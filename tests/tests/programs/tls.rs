//! TLS in each world: trust on first use, pins, authorities, and who speaks something else.

use lanternet_tests::in_each_world;
use lanternet_tests::worlds::{CLIENT, Play, Running, SERVER};

/// An authority, made with OpenSSL 3.0.22; `openssl ca` with `-startdate 19700101000000Z`, since the
/// simulation begins in 1970.
const OTHER_AUTHORITY: &str = "\
-----BEGIN CERTIFICATE-----
MIIBdjCCARygAwIBAgIBATAKBggqhkjOPQQDAjAjMSEwHwYDVQQDDBhMYW50ZXJu
ZXQgdGVzdCBhdXRob3JpdHkwIBcNNzAwMTAxMDAwMDAwWhgPOTk5OTEyMzEyMzU5
NTlaMCMxITAfBgNVBAMMGExhbnRlcm5ldCB0ZXN0IGF1dGhvcml0eTBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABG3cBLwhD6sLBrDbIKSGdEXZ7pWYrZUSLerIHw2K
mbl7IZziH1srHNaYhZrAVcXbMUMSPH11Cxf9G1Gl0ssgUjijPzA9MA8GA1UdEwEB
/wQFMAMBAf8wHQYDVR0OBBYEFIcZbnYfFzqO1NsRL/mErkSoRhibMAsGA1UdDwQE
AwICBDAKBggqhkjOPQQDAgNIADBFAiEAhCUjLuABzp5DRC5cJkxGf5K/dESBiIX/
MBWDZ/YTe5gCIBoV1X+beq4YurUfkkkIG5/8u9enJ/jry1yMs8n27jS3
-----END CERTIFICATE-----
";

/// A certificate for the name `server` from that authority, and its key (Ed25519).
const AUTHORITY_SIGNED: &str = "\
-----BEGIN CERTIFICATE-----
MIIBVTCB/KADAgECAgECMAoGCCqGSM49BAMCMCMxITAfBgNVBAMMGExhbnRlcm5l
dCB0ZXN0IGF1dGhvcml0eTAgFw03MDAxMDEwMDAwMDBaGA85OTk5MTIzMTIzNTk1
OVowETEPMA0GA1UEAwwGc2VydmVyMCowBQYDK2VwAyEA1tQBwtB2SweyP4Rkb+iI
phwtiSi9zTgAiU0PaYaS7AOjYDBeMAkGA1UdEwQCMAAwEQYDVR0RBAowCIIGc2Vy
dmVyMB0GA1UdDgQWBBRR3QvCQsCx+RteErnL5yKeHVV2ijAfBgNVHSMEGDAWgBSH
GW52Hxc6jtTbES/5hK5EqEYYmzAKBggqhkjOPQQDAgNIADBFAiAyY1J+9/nAjLq/
Mo1cLCKPrb3yKcH8eGS2wTM+8UIstAIhALxgGZnWGcuIcE1zqASPXBMrN8VoyRjp
g6eIRNjSNlXW
-----END CERTIFICATE-----
";
const KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIFy9DKdjpYeUakoy2sLSOR/4tvb/Lk0tcH0cFq5kQWQU
-----END PRIVATE KEY-----
";

/// The fingerprint that a server printed.
#[track_caller]
fn fingerprint(play: &mut Play, server: &Running) -> String {
    let output = play.wait_for(server, "the certificate is SHA256:");
    let word = output.split_whitespace().find(|word| word.starts_with("SHA256:"));
    word.unwrap().trim_end_matches(',').to_owned()
}

in_each_world! {
    fn a_server_is_met_remembered_and_known_again(play) {
        let server = play.serve("serve upper --tls");
        let at = play.address(&server);
        let seen = fingerprint(play, &server);
        let line = format!("connect upper {at} --tls --say hello");
        let first = play.connect(&line, &[]);
        first.exits(0).complains(&format!("is met for the first time: its certificate is {seen}"));
        assert_eq!(first.output, "HELLO\n");
        let second = play.connect(&line, &[]);
        second.exits(0).complains("the certificate is the remembered one");
        play.wait_for(&server, "closed after 1 message");
    }

    fn the_certificate_outlives_the_server_and_another_one_is_refused(play) {
        let server = play.serve("serve echo --tls");
        let (at, before) = (play.address(&server), fingerprint(play, &server));
        let port = play.port(&server);
        let line = format!("connect echo {at} --tls --say hello");
        play.connect(&line, &[]).exits(0);
        play.stop(&server).exits(0).prints("stopped after 1 client");

        // Started again it has the same one.
        let server = play.serve(&format!("serve echo --tls --port {port}"));
        assert_eq!(fingerprint(play, &server), before);
        play.connect(&line, &[]).exits(0);
        play.stop(&server);

        // Without what it kept it has another.
        play.remove(SERVER, ".lanternet/tls-identity.pem");
        let server = play.serve(&format!("serve echo --tls --port {port}"));
        let after = fingerprint(play, &server);
        assert_ne!(after, before);
        let refused = play.connect(&line, &[]);
        refused.exits(1).complains(&format!(
            "THE CERTIFICATE HAS CHANGED: it is {after}, and was {before}"
        ));
        assert_eq!(refused.output, "");
        play.wait_for(&server, "no connection: the client does not trust our certificate");
        // As the message says.
        play.connect(&format!("{line} --pin {after}"), &[]).exits(0);
    }

    fn a_pin_and_an_authority_take_one_server_and_no_other(play) {
        let server = play.serve("serve echo --tls");
        let (at, seen) = (play.address(&server), fingerprint(play, &server));
        let line = format!("connect echo {at} --say hello");
        play.connect(&format!("{line} --pin {seen}"), &[]).exits(0).complains("the pinned one");
        let other = format!("SHA256:{}", "0".repeat(64));
        play.connect(&format!("{line} --pin {other}"), &[])
            .exits(1)
            .complains(&format!("its certificate is {seen}, expected {other}"));
        // Neither is remembered.
        play.connect(&format!("{line} --tls"), &[]).exits(0).complains("for the first time");

        // A certificate that the server does not have, made here, and its own.
        play.serve("serve echo --tls");
        let own = play.kept(SERVER, "tls-certificate.pem").unwrap();
        play.put(CLIENT, "ca.pem", &own);
        play.connect(&format!("{line} --tls-ca ca.pem"), &[]).exits(0).complains("says ca.pem");
        play.put(CLIENT, "other.pem", OTHER_AUTHORITY);
        play.connect(&format!("{line} --tls-ca other.pem"), &[])
            .exits(1)
            .complains("certificate refused: it is from no authority in other.pem");
        play.connect(&format!("{line} --tls-ca none.pem"), &[]).exits(2).complains("none.pem");
    }

    fn certificates_of_files_are_served_and_their_mistakes_told(play) in [on_a_perfect_network, on_loopback] {
        play.put(SERVER, "cert.pem", AUTHORITY_SIGNED);
        play.put(SERVER, "key.pem", KEY);
        play.put(CLIENT, "ca.pem", OTHER_AUTHORITY);
        let server = play.serve("serve echo --tls-cert cert.pem --tls-key key.pem");
        let at = play.address(&server);
        let line = format!("connect echo {at} --say hello --tls-ca ca.pem");
        // It is for `server` alone.
        match play.world() {
            lanternet_tests::worlds::World::Loopback => {
                play.connect(&line, &[]).exits(1).complains("it is not for the name 127.0.0.1");
            }
            _ => {
                play.connect(&line, &[]).exits(0);
            }
        }
        play.put(SERVER, "not.pem", "nothing of the kind");
        for (cert, key, why) in [
            ("not.pem", "key.pem", "not.pem: expected certificates in PEM"),
            ("cert.pem", "not.pem", "not.pem: expected a private key in PEM"),
            ("cert.pem", "none.pem", "cannot read none.pem: there is no such file"),
        ] {
            let line = format!("serve echo --port 0 --tls-cert {cert} --tls-key {key}");
            let server = play.start(SERVER, &line, &[]);
            play.finish(&server).exits(2).complains(why);
        }
    }

    fn plain_text_and_tls_are_told_apart_on_both_sides(play) {
        let server = play.serve("serve echo --tls");
        let at = play.address(&server);
        play.connect(&format!("connect echo {at} --say hello"), &[])
            .exits(1)
            .complains("the server speaks TLS, and we do not");
        play.wait_for(&server, "no connection: the client does not speak TLS");
        let server = play.serve("serve echo");
        let at = play.address(&server);
        play.connect(&format!("connect echo {at} --tls --say hello"), &[])
            .exits(1)
            .complains("the server closed the connection during the TLS handshake");
        play.wait_for(&server, "ended: the client speaks TLS, and this server was started without");
    }

    fn a_handshake_that_is_never_finished_ends_after_ten_seconds(play) in [on_a_perfect_network] {
        let server = play.serve("serve echo --tls --max-clients 1");
        let at = play.address(&server);
        let silent = play.start(CLIENT, &format!("connect line {at}"), lanternet_tests::worlds::Input::new().open());
        play.pass(lanternet_core::Duration::from_secs(1));
        // The only place is taken: this one waits in the backlog until it is free.
        play.connect(&format!("connect echo {at} --tls --say hello --timeout 30s"), &[]).exits(0);
        let log = play.output(&server);
        let (silent_ends, other_begins) =
            (log.find("did not finish the TLS handshake within 10s"), log.find("connected, TLS"));
        assert!(silent_ends.unwrap() < other_begins.unwrap(), "{log}");
        play.kill(&silent);
    }

    fn pages_are_fetched_over_tls(play) {
        play.put(SERVER, "www/index.html", "hello\n");
        let server = play.serve("serve site --dir www --tls");
        let at = play.address(&server);
        let client = play.connect(&format!("connect site https://{at}/"), &[]);
        client.exits(0);
        assert_eq!(client.output, "HTTP/1.1 200 OK\nhello\n");
        let seen = fingerprint(play, &server);
        play.connect(&format!("connect site http://{at}/ --pin {seen}"), &[])
            .exits(2)
            .complains("write https://");
    }

    fn more_than_fits_any_buffer_passes_both_ways(play) in [on_a_perfect_network, on_loopback] {
        let server = play.serve("serve echo --tls --quiet");
        let at = play.address(&server);
        let say = "x".repeat(60_000);
        let line = format!("connect echo {at} --tls --together --repeat 50 -s {say}");
        let client = play.connect(&line, &[]);
        client.exits(0);
        assert_eq!(client.output.len(), 50 * 60_001);
    }
}
