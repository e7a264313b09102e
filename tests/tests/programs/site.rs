//! `serve site` and `connect site`.

use lanternet_tests::in_each_world;
use lanternet_tests::worlds::SERVER;

const PAGE: &str = "<h1>Lanterns</h1>\n<p>Made of paper. 纸做的。</p>\n";

in_each_world! {
    fn a_page_arrives_whole(play) {
        play.put(SERVER, "pages/index.html", PAGE);
        let server = play.serve("serve site --dir pages");
        let at = play.address(&server);
        let client = play.connect(&format!("connect site http://{at}/"), &[]);
        client.exits(0);
        assert_eq!(client.output, format!("HTTP/1.1 200 OK\n{PAGE}"));
    }

    fn the_end_of_a_file_is_fetched_alone(play) {
        play.put(SERVER, "pages/list.txt", "one kite\ntwo kites\n");
        let server = play.serve("serve site --dir pages");
        let at = play.address(&server);
        let client = play.connect(&format!("connect site http://{at}/list.txt --range -6"), &[]);
        client.exits(0);
        assert_eq!(client.output, "HTTP/1.1 206 Partial Content\nkites\n");
    }

    fn nothing_outside_the_folder_is_shown(play) {
        play.put(SERVER, "secret.txt", "the secret");
        play.put(SERVER, "pages/index.html", PAGE);
        let server = play.serve("serve site --dir pages");
        let at = play.address(&server);
        for path in ["../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", ".%00./secret.txt"] {
            let client = play.connect(&format!("connect site http://{at}/{path}"), &[]);
            client.exits(1);
            assert!(!client.output.contains("the secret"), "{path}: {}", client.output);
        }
    }

    fn a_page_of_a_megabyte_arrives_whole(play) {
        let page = "0123456789abcdef".repeat(65_536);
        play.put(SERVER, "pages/large.txt", &page);
        let server = play.serve("serve site --dir pages");
        let at = play.address(&server);
        let client = play.connect(&format!("connect site http://{at}/large.txt --timeout 5m"), &[]);
        client.exits(0);
        let body = client.output.strip_prefix("HTTP/1.1 200 OK\n").unwrap();
        assert!(body == page || *body == page + "\n", "{} bytes", body.len());
    }
}
