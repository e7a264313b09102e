use super::super::rules::Language;
use super::*;

fn rules(text: &str) -> Rules {
    Rules::parse(text, Language::En).unwrap_or_else(|error| panic!("{error}"))
}

fn session() -> Session {
    Session::new(Arc::from("shop"))
}

const MENUS: &str = "
when: menu
  go to: main
when: *weather*
  say: It rains.
menu: main
  say: What is it about?
  1: Hours
    say: From 9 to 18.
  2: Orders
    go to: orders
menu: orders
  say: Your order?
  1: Where is it?
    ask order: Which number?
    say: {order} is on its way.
  0: Back
    go to: main
";

#[test]
fn the_first_rule_that_fits_answers_and_nothing_fits_is_said_again() {
    let rules = rules("when: a *\nsay: one\nwhen: a b\nsay: two\nwhen: b\nwhen: c\nsay: three");
    let mut session = session();
    for (message, answer) in
        [("a b", "one"), ("B!", "three"), ("c", "three"), ("d", "Say that again?")]
    {
        assert_eq!(session.answer(&rules, message).text, answer, "{message}");
    }
    assert_eq!(session.answer(&rules, "").text, "Say that again?");
}

#[test]
fn what_a_customer_said_is_remembered_for_the_session_and_no_other() {
    let rules =
        rules("when: i am {name}\nsay: Hello, {name}.\nwhen: who am i\nsay: {name|Nobody}.");
    let (mut one, mut other) = (session(), session());
    assert_eq!(one.answer(&rules, "I am Anna").text, "Hello, Anna.");
    assert_eq!(one.answer(&rules, "who am I?").text, "Anna.");
    assert_eq!(other.answer(&rules, "who am I?").text, "Nobody.");
}

#[test]
fn a_question_takes_the_next_message_and_is_asked_once() {
    let rules = rules("when: order\nask order: Which?\nask name: Who?\nsay: {order} for {name}.");
    let mut session = session();
    assert_eq!(session.answer(&rules, "order").text, "Which?");
    assert_eq!(session.answer(&rules, "  ").text, "Which?", "nothing is no answer");
    assert_eq!(session.answer(&rules, " A-17 ").text, "Who?");
    assert_eq!(session.answer(&rules, "order").text, "A-17 for order.");
    assert_eq!(session.answer(&rules, "order").text, "A-17 for order.");
}

#[test]
fn menus_are_chosen_by_number_or_label_and_lead_to_others() {
    let rules = rules(MENUS);
    let mut session = session();
    let main = "What is it about?\n1. Hours\n2. Orders";
    assert_eq!(session.answer(&rules, "1").text, "Say that again?", "no menu was shown");
    assert_eq!(session.answer(&rules, "menu").text, main);
    assert_eq!(session.answer(&rules, "1.").text, "From 9 to 18.");
    assert_eq!(session.answer(&rules, "HOURS").text, "From 9 to 18.", "the menu still counts");
    let orders = "Your order?\n1. Where is it?\n0. Back";
    assert_eq!(session.answer(&rules, "2)").text, orders);
    assert_eq!(session.answer(&rules, "7").text, format!("Say that again?\n{orders}"));
    assert_eq!(session.answer(&rules, "the weather?").text, "It rains.");
    assert_eq!(session.answer(&rules, "where is it").text, "Which number?");
    assert_eq!(session.answer(&rules, "12").text, "12 is on its way.");
    assert_eq!(session.answer(&rules, "0").text, main);
}

#[test]
fn q_ends_the_conversation_wherever_it_is() {
    let rules = rules("goodbye: Bye.\nwhen: order\nask order: Which?\nsay: Thanks.");
    for message in ["q", "Q", " q\r", "Q.", "\u{FF51}"] {
        let mut session = session();
        let _ = session.answer(&rules, "order");
        let answer = session.answer(&rules, message);
        assert_eq!((answer.text.as_str(), answer.ended), ("Bye.", true), "{message:?}");
    }
    assert!(!session().answer(&rules, "queue").ended);
}

#[test]
fn handing_over_and_ending_are_steps() {
    let rules = rules("when: human\nhand over: Wait.\nwhen: done\nend: See you.\nwhen: bye\nend:");
    let mut session = session();
    let answer = session.answer(&rules, "human");
    assert!(answer.handed_over && !answer.ended && answer.text == "Wait.");
    assert!(!session.answer(&rules, "x").handed_over);
    let answer = session.answer(&rules, "done");
    assert!(answer.ended && answer.text == "See you.");
    let answer = self::session().answer(&rules, "bye");
    assert!(answer.ended && answer.text.contains("Goodbye"), "{answer:?}");
}

#[test]
fn a_session_goes_on_when_the_rules_are_replaced() {
    let old = rules(MENUS);
    let new = rules(
        "when: menu\ngo to: main\nmenu: main\nsay: New.\n1: Other\nsay: Other.\nwhen: x\nsay: new x",
    );
    let mut session = session();
    let _ = session.answer(&old, "menu");
    assert_eq!(session.answer(&new, "x").text, "new x", "rules are the new ones");
    assert_eq!(session.answer(&new, "1").text, "From 9 to 18.", "a number is what was seen");
    assert_eq!(session.answer(&new, "2").text, "Say that again?", "the submenu is no more");
    assert_eq!(session.answer(&new, "menu").text, "New.\n1. Other");
    assert_eq!(session.answer(&new, "1").text, "Other.");

    let mut session = self::session();
    let _ = session.answer(&old, "menu");
    let _ = session.answer(&old, "2");
    let _ = session.answer(&old, "1");
    assert_eq!(session.answer(&new, "99").text, "99 is on its way.", "what was asked is answered");
}

#[test]
fn what_is_remembered_is_short_and_on_one_line() {
    let rules = rules("when: i am {name}\nsay: {name}");
    let mut session = session();
    let long = format!("I am {}", "x".repeat(5000));
    assert_eq!(session.answer(&rules, &long).text.len(), LONGEST_VALUE);
    assert_eq!(session.answer(&rules, "I am a\u{1b}[2J\nb").text, "a [2J b");
    for number in 0..100 {
        session.remember(&number.to_string(), "x");
    }
    assert_eq!(session.values.len(), MOST_VALUES);
    let text = format!("when: i am {{x}}\n{}", "say: {x}{x}{x}{x}{x}{x}{x}{x}\n".repeat(200));
    let rules = self::rules(&text);
    let long = format!("i am {}", "网".repeat(100));
    assert!(self::session().answer(&rules, &long).text.len() <= LONGEST_ANSWER);
}

#[test]
fn the_built_in_rules_greet_answer_and_hand_over_in_both_languages() {
    let english = Rules::built_in(Language::En);
    let mut session = session();
    let greeting = session.greet(&english).text;
    assert!(greeting.starts_with("Welcome to shop, what would you like to do?"), "{greeting}");
    for (message, part) in [
        ("Hello!", "welcome"),
        ("My name is Anna", "Nice to meet you, Anna."),
        ("hi", "Hello, Anna!"),
        ("What's my name?", "Your name is Anna."),
        ("where is my order?", "number of your order"),
        ("1234", "Order 1234"),
        ("what about order 77", "Order 77"),
        ("when do you open?", "9:00"),
        ("menu", "2. My order"),
        ("2", "1. Where is it?"),
        ("xyzzy", "Say that again?"),
        ("Goodbye", "Thank you for your visit, Anna"),
    ] {
        let answer = session.answer(&english, message);
        assert!(answer.text.contains(part), "{message}: {answer:?}");
    }
    let mut session = self::session();
    assert!(session.answer(&english, "a human please").handed_over);

    let chinese = Rules::built_in(Language::ZhCn);
    assert!(session.greet(&chinese).text.starts_with("欢迎来到 shop"));
    for (message, part) in [
        ("你好！", "欢迎您"),
        ("我叫小明", "很高兴认识您，小明"),
        ("我的订单到哪了", "订单号是多少"),
        ("9527", "订单 9527 已经发货"),
        ("几点开门?", "9:00"),
        ("菜单", "2. 我的订单"),
        ("２", "1. 到哪儿了"),
        ("今天天气如何", "请再说一遍"),
    ] {
        let answer = session.answer(&chinese, message);
        assert!(answer.text.contains(part), "{message}: {answer:?}");
    }
    assert!(session.answer(&chinese, "我要人工客服").handed_over);
    assert!(session.answer(&chinese, "再见").ended);
}
