//! `lanternet port` as a user sees it.

mod common;

use common::lanternet;

#[test]
fn a_number_says_its_service_and_range() {
    lanternet(&["port", "3306"]).exits(0).stderr_is("").stdout_is(
        "\
Port 3306
  service  mysql (TCP, UDP)
  range    user port (1024-49151): assigned on request; any program may listen here

Source: IANA service name and port number registry, 2024-08.
",
    );
}

#[test]
fn a_name_says_its_port_and_a_common_name_its_registered_one() {
    lanternet(&["port", "http"]).exits(0).stdout_has("Port 80\n");
    lanternet(&["port", "DNS"])
        .exits(0)
        .stdout_has("The registry's name for DNS is domain.\n\nPort 53\n");
}

#[test]
fn a_transport_can_be_asked_for() {
    lanternet(&["port", "https", "--udp"])
        .exits(0)
        .stdout_has("https (UDP)")
        .stdout_has("HTTP/3 runs over QUIC");
    lanternet(&["port", "mongodb", "--udp"]).exits(1).stdout_is("").stderr_is(
        "lanternet: mongodb is not assigned over UDP (IANA, 2024-08)\n  help: it is assigned over TCP\n",
    );
}

#[test]
fn a_habit_is_not_an_assignment() {
    lanternet(&["port", "3000"])
        .exits(0)
        .stdout_has("web servers under development: Node.js")
        .stdout_has("customary, not assigned: the registry gives this port to hbci");
    lanternet(&["port", "5173"])
        .exits(1)
        .stdout_has("Vite")
        .stdout_has("none assigned (IANA, 2024-08)");
    lanternet(&["port", "50000"]).exits(1).stdout_has("dynamic port (49152-65535): never assigned");
}

#[test]
fn what_is_no_port_and_no_service_is_said() {
    lanternet(&["port", "htpp"]).exits(1).stdout_is("").stderr_is(
        "lanternet: no service is called `htpp` (IANA, 2024-08)\n  help: did you mean http, htcp?\n",
    );
    for number in ["65536", "70000", "-1"] {
        lanternet(&["port", number]).exits(2).stdout_is("").stderr_is(&format!(
            "lanternet: `{number}` is not a port: ports go from 0 to 65535\n  \
             help: a port number is 16 bits long\n"
        ));
    }
    lanternet(&["port", ""]).exits(1);
}

#[test]
fn chinese_is_spoken() {
    lanternet(&["port", "443", "--lang=zh-CN"]).exits(0).stdout_has("系统端口（0-1023）");
}
