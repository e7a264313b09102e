//! `serve assistant` and `connect assistant`.

use lanternet_core::Duration;
use lanternet_tests::in_each_world;
use lanternet_tests::worlds::{CLIENT, Input, OTHER, SERVER};

const RULES: &str = "
greeting: Welcome to {host}.
goodbye: Bye, {name|you}.
when: hello
  say: Hello, {name|stranger}!
when: my name is {name}
  say: Nice to meet you, {name}.
when: menu
  go to: main
menu: main
  say: What is it?
  1: Hours
    say: From 9 to 18.
";

in_each_world! {
    fn a_customer_is_greeted_answered_and_dismissed(play) {
        let server = play.serve("serve assistant --name shop");
        let at = play.address(&server);
        let line = format!("connect assistant {at} -s hello -s 'my name is Anna' -s xyzzy -s q");
        let client = play.connect(&line, &[]);
        client.exits(0);
        assert_eq!(
            client.output,
            "Welcome to shop, what would you like to do?\n\
             (menu shows what I can help with, q quits)\n\
             Hello, and welcome! What can I do for you?\n\
             Nice to meet you, Anna. What can I do for you?\n\
             Say that again?\n\
             Thank you for your visit, Anna. Goodbye!\n"
        );
        play.wait_for(&server, "closed after 4 messages");
    }

    fn each_framing_carries_the_same_conversation(play) {
        play.put(SERVER, "shop.rules", RULES);
        for framing in ["none", "line", "length", "length-u16"] {
            let line = format!("serve assistant --name shop --rules shop.rules -f {framing}");
            let server = play.serve(&line);
            let at = play.address(&server);
            let line = format!("connect assistant {at} -f {framing} -s menu -s 1 -s 网络 -s Q");
            let client = play.connect(&line, &[]);
            client.exits(0);
            assert_eq!(
                client.output,
                "Welcome to shop.\nWhat is it?\n1. Hours\nFrom 9 to 18.\n\
                 Say that again?\nWhat is it?\n1. Hours\nBye, you.\n",
                "{framing}"
            );
            play.stop(&server).exits(0);
        }
    }

    fn with_a_framing_what_is_said_at_once_is_answered_one_by_one(play) {
        play.put(SERVER, "shop.rules", RULES);
        let server = play.serve("serve assistant --rules shop.rules --name shop -f line");
        let at = play.address(&server);
        let said = "-s hello -s 'my name is Anna' -s hello -s menu";
        let client = play.connect(&format!("connect assistant {at} -f line {said} --together"), &[]);
        client.exits(0);
        assert_eq!(
            client.output,
            "Welcome to shop.\nHello, stranger!\nNice to meet you, Anna.\nHello, Anna!\n\
             What is it?\n1. Hours\n"
        );
    }

    fn raw_texts_said_at_once_stick_together(play) in [on_a_perfect_network, on_a_lossy_network] {
        play.put(SERVER, "shop.rules", RULES);
        let server = play.serve("serve assistant --rules shop.rules --name shop");
        let at = play.address(&server);
        let client = play.connect(&format!("connect assistant {at} -s hello -s hello --together"), &[]);
        client.exits(0);
        assert_eq!(client.output, "Welcome to shop.\nSay that again?\n");
        play.wait_for(&server, "said \"hellohello\"");
    }

    fn each_customer_has_a_session(play) {
        let server = play.serve("serve assistant --name shop");
        let at = play.address(&server);
        let line = format!("connect assistant {at} --timeout 5m");
        let first = play.start(CLIENT, &line, Input::new().line("my name is Anna").open());
        play.wait_for(&first, "Nice to meet you, Anna.");
        let second = play.start(OTHER, &line, &["hello", "q"]);
        let second = play.finish(&second);
        second.exits(0).prints("Hello, and welcome!").prints("visit, dear customer");
        play.kill(&first);
    }

    fn a_customer_in_chinese(play) {
        let server = play.serve("serve assistant --language zh-CN --name 灯笼店");
        let at = play.address(&server);
        let client = play.connect(&format!("connect assistant {at}"), &["我叫小明", "q"]);
        client.exits(0).prints("欢迎来到 灯笼店").prints("很高兴认识您，小明");
    }

    fn what_was_said_is_kept_when_asked(play) {
        let server = play.serve("serve assistant --name shop --transcripts kept");
        let at = play.address(&server);
        play.connect(&format!("connect assistant {at} -s hello -s q"), &[]).exits(0);
        play.wait_for(&server, "closed after 2 messages");
        let files = play.files(SERVER);
        let kept: Vec<_> = files.iter().filter(|(path, _)| path.starts_with("kept/")).collect();
        assert_eq!(kept.len(), 1, "{files:?}");
        let text = String::from_utf8(kept[0].1.clone()).unwrap();
        let said: Vec<&str> = text.lines().map(|line| line.split_once("Z ").map_or(line, |(_, said)| said)).collect();
        assert_eq!(said, [
            "assistant: Welcome to shop, what would you like to do?",
            "  (menu shows what I can help with, q quits)",
            "customer: hello",
            "assistant: Hello, and welcome! What can I do for you?",
            "customer: q",
            "assistant: Thank you for your visit, dear customer. Goodbye!",
        ]);
    }

    fn rules_that_change_count_at_once_and_broken_ones_do_not(play) {
        play.put(SERVER, "shop.rules", "when: price\nsay: Ten.\n");
        let server = play.serve("serve assistant --rules shop.rules");
        let at = play.address(&server);
        let ask = format!("connect assistant {at} -s price -s q");
        play.connect(&ask, &[]).exits(0).prints("Ten.");
        play.put(SERVER, "shop.rules", "when: price\nsay: Twenty.\n");
        play.wait_for(&server, "new rules: 1 rule of shop.rules");
        play.connect(&ask, &[]).exits(0).prints("Twenty.");
        play.put(SERVER, "shop.rules", "when: price\nsya: Thirty.\n");
        play.pass(Duration::from_secs(3));
        play.connect(&ask, &[]).exits(0).prints("Twenty.");
        let ended = play.stop(&server);
        ended.exits(0).complains("shop.rules: line 2: unknown word `sya`; did you mean `say`?");
    }

    fn a_server_without_right_rules_does_not_begin(play) {
        let line = "serve assistant --port 0 --rules none.rules";
        let server = play.start(SERVER, line, &[]);
        play.finish(&server).exits(2).complains("there is no rules file `none.rules`");
        play.put(SERVER, "bad.rules", "when: (a\nsay: b\n");
        let server = play.start(SERVER, "serve assistant --port 0 --rules bad.rules", &[]);
        play.finish(&server).exits(2).complains("bad.rules: line 1: `(` is not closed");
    }

    fn a_session_ends_after_its_time_and_so_many_messages(play) {
        let server = play.serve("serve assistant --session 4s");
        let at = play.address(&server);
        let client = play.start(CLIENT, &format!("connect assistant {at}"), Input::new().open());
        play.finish(&client).exits(0).prints("We have talked for as long as I may.");
        let server = play.serve("serve assistant --max-messages 2");
        let at = play.address(&server);
        let client = play.connect(&format!("connect assistant {at}"), &["a", "b", "c"]);
        client.exits(0).prints("Say that again?\nSay that again?\nWe have talked");
    }

    fn a_server_that_stops_says_goodbye(play) {
        let server = play.serve("serve assistant");
        let at = play.address(&server);
        let client = play.start(CLIENT, &format!("connect assistant {at}"), Input::new().open());
        play.wait_for(&client, "Welcome");
        play.stop(&server).exits(0);
        play.finish(&client).exits(0).prints("This service closes now. Goodbye!");
    }

    fn over_tls_nothing_changes(play) {
        let server = play.serve("serve assistant --name shop --tls");
        let at = play.address(&server);
        let client = play.connect(&format!("connect assistant {at} --tls -s hello -s q"), &[]);
        client.exits(0).prints("Welcome to shop").prints("Goodbye!");
    }

    fn an_echo_server_is_talked_to_as_well(play) {
        // It greets nobody, and sends back what came, without a line end.
        let server = play.serve("serve upper --framing none");
        let at = play.address(&server);
        let client = play.connect(&format!("connect assistant {at} -s hello -s you"), &[]);
        client.exits(0);
        assert_eq!(client.output, "HELLO\nYOU\n");
    }
}
