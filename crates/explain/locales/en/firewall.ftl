# The rules of a firewall.

firewall-path-incoming = incoming
firewall-path-forwarded = forwarded
firewall-path-outgoing = outgoing
firewall-established = the firewall lets it pass: it belongs to a conversation that was allowed when it began
firewall-related = the firewall lets it pass: an ICMP error about a conversation that was allowed
firewall-allowed = firewall rule { $rule } ({ $text }) allows it ({ $path })
firewall-allowed-by-policy = no firewall rule matches, and the policy allows it ({ $path })

drop-firewall-denied = firewall rule { $rule } ({ $text }) forbids it ({ $path }); nobody is told
drop-firewall-rejected = firewall rule { $rule } ({ $text }) rejects it ({ $path }); the sender is told
drop-firewall-policy = no firewall rule allows it ({ $path }), and the policy forbids the rest; nobody is told
drop-firewall-policy-rejected = no firewall rule allows it ({ $path }), and the policy rejects the rest; the sender is told

drops-firewall-denied = forbidden by a firewall rule
drops-firewall-policy = allowed by no firewall rule
