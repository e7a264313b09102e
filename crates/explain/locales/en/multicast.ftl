# Groups.

multicast-joined = takes part in the group { $group } on { $interface } from now on
multicast-left = takes no part in the group { $group } on { $interface } any more: nobody here is in it
multicast-report-sent = reports by { $protocol }v{ $version } on { $interface } about { $groups }: { $why }
multicast-report-changed = something has changed
multicast-report-repeated = once more, in case the first report was lost
multicast-report-asked = a querier has asked
multicast-asked-all = who takes part in any group
multicast-asked-group = who takes part in { $group }
multicast-answer-planned = { $querier } asks on { $interface } { $what }: the answer follows after { $delay }, drawn at random so that not all members answer at once
multicast-nothing-to-answer = { $querier } asks on { $interface } { $what }: nothing to answer
multicast-answer-suppressed = { $by } has answered for { $group } on { $interface } already: one member is enough
multicast-version-changed = speaks version { $version } of IGMP on { $interface } from now on, as the querier does
multicast-query-sent = asks by { $port } { $what }
multicast-query-sent-to-all =
    asks by all ports{ $vlan ->
        [1] {""}
       *[other] {" "}of VLAN { $vlan }
    } { $what }
multicast-querier-yielded = { $querier } asks on { $port } as well and has the lower address: this querier is silent from now on
multicast-querier-resumed = the other querier on { $interface } has fallen silent: this one asks again
multicast-querier-resumed-in-vlan =
    the other querier{ $vlan ->
        [1] {""}
       *[other] {" "}in VLAN { $vlan }
    } has fallen silent: this one asks again
multicast-member-learned =
    learned: somebody behind { $port }{ $vlan ->
        [1] {""}
       *[other] {" "}in VLAN { $vlan }
    } takes part in { $group }
multicast-member-refreshed =
    somebody behind { $port }{ $vlan ->
        [1] {""}
       *[other] {" "}in VLAN { $vlan }
    } still takes part in { $group }
multicast-member-leaving =
    somebody behind { $port }{ $vlan ->
        [1] {""}
       *[other] {" "}in VLAN { $vlan }
    } may have left { $group }: without a report within { $within } the port gets no more of it
multicast-member-expired =
    nobody behind { $port }{ $vlan ->
        [1] {""}
       *[other] {" "}in VLAN { $vlan }
    } has reported { $group } in time: the port gets no more of it
multicast-router-port-learned =
    learned: behind { $port }{ $vlan ->
        [1] {""}
       *[other] {" "}in VLAN { $vlan }
    } is the querier { $querier }; reports, and what is for any group, go there
multicast-router-port-expired =
    no query has come by { $port }{ $vlan ->
        [1] {""}
       *[other] {" "}in VLAN { $vlan }
    } for a long time: there is no querier any more
switch-sent-to-group =
    forwards to { $count ->
        [0] no port
        [one] port { $ports }
       *[other] ports { $ports }
    }{ $vlan ->
        [1] {""}
       *[other] {" "}of VLAN { $vlan }
    } only: { $why }
flood-group-members = the switch has listened in and knows behind which ports somebody takes part in { $mac }
flood-router-ports = nobody is known to take part in { $mac }; it goes only to where routers are
drop-group-message-ignored = it is about groups, and this node has no use for it
drop-no-members = the switch has listened in, and knows of nobody behind another port who takes part in { $group }
drops-group-message-ignored = message about groups, no use for it
drops-no-members = no member of the group behind another port
