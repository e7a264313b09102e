# Hubs and switches.

hub-repeated =
    repeats to { $count ->
        [0] no port: nothing else is plugged in
        [one] port { $ports }: a hub has no table and repeats everything
       *[other] ports { $ports }: a hub has no table and repeats everything
    }
mac-learned =
    learned: { $mac } is behind port { $port }{ $vlan ->
        [1] {""}
       *[other] {" "}(VLAN { $vlan })
    }
mac-moved =
    moved: { $mac } was behind port { $from } and is now behind port { $to }{ $vlan ->
        [1] {""}
       *[other] {" "}(VLAN { $vlan })
    }
mac-aged =
    aged out: { $mac } behind port { $port } has not been heard of for { $age }, its row is removed{ $vlan ->
        [1] {""}
       *[other] {" "}(VLAN { $vlan })
    }
mac-flushed =
    the cable in port { $port } went down: { $rows ->
        [0] there is no row of the table to forget
        [one] forgets the one row for it
       *[other] forgets the { $rows } rows for it
    }
mac-table-full =
    not learned: the table is full ({ $limit } rows), so frames to { $mac }{ $vlan ->
        [1] {""}
       *[other] {" "}(VLAN { $vlan })
    } will be flooded
switch-forwarded =
    forwards to port { $port } only: the table has { $mac } behind it{ $vlan ->
        [1] {""}
       *[other] {" "}(VLAN { $vlan })
    }
switch-flooded =
    floods to { $count ->
        [0] no port
        [one] port { $ports }
       *[other] ports { $ports }
    }{ $vlan ->
        [1] {""}
       *[other] {" "}of VLAN { $vlan }
    }: { $why }
flood-unknown-unicast = no row in the table for { $mac }
flood-broadcast = { $mac } is the broadcast address, meant for everybody
flood-multicast = { $mac } is a group address, and the switch does not know its members
