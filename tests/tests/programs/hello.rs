//! `serve hello` and `connect hello`.

use lanternet_tests::in_each_world;

in_each_world! {
    fn each_client_is_greeted_and_the_connection_closed(play) {
        for tls in ["", "--tls"] {
            let server = play.serve(&format!("serve hello --say 'welcome to 网' {tls}"));
            let at = play.address(&server);
            for _ in 0..2 {
                let client = play.connect(&format!("connect hello {at} {tls}"), &[]);
                client.exits(0);
                assert_eq!(client.output, "welcome to 网\n");
            }
            play.stop(&server).exits(0).prints("stopped after 2 clients");
        }
    }

    fn a_client_that_speaks_first_is_greeted_all_the_same(play) {
        let server = play.serve("serve hello");
        let at = play.address(&server);
        play.connect(&format!("connect line {at}"), &["hello?"]).exits(0).prints("hello ");
    }

    fn a_server_that_waits_for_the_client_is_told(play) {
        let server = play.serve("serve echo");
        let at = play.address(&server);
        play.connect(&format!("connect hello {at} --timeout 30s"), &[])
            .exits(1)
            .complains("does it wait for us to speak first?");
    }
}
