//! What a host knows of names, in the form of `resolv.conf`, `hosts` and master files.

use lanternet_core::Instant;
use lanternet_net::dns::listing;
use lanternet_net::host::Host;

/// Whom the host asks and where it completes names, its own entries, what it has learned with the
/// seconds that are left, and the zones and the cache of each name server that runs on it. Empty
/// when there is nothing of all that.
pub fn names(host: &Host, now: Instant) -> String {
    let settings = host.name_servers();
    let mut text = String::new();
    for server in &settings.servers {
        text.push_str(&format!("nameserver {server}\n"));
    }
    if !settings.search.is_empty() {
        text.push_str(&format!("search {}\n", settings.search.join(" ")));
    }
    host.with_names(|hosts, cache| {
        for (name, addresses) in hosts.into_iter().flatten() {
            for address in addresses {
                text.push_str(&format!("{address}\t{name}\n"));
            }
        }
        if let Some(cache) = cache {
            text.push_str("; cache\n");
            text.push_str(&listing::cache(cache, now));
        }
    });
    for (program, view) in host.views(now) {
        text.push_str(&format!("; {program}\n{view}"));
    }
    text
}
