# VLANs.

vlan-of-access-port = no tag, and { $port } is an access port: VLAN { $vlan }
vlan-of-native = no tag, and { $port } is a trunk: its native VLAN, { $vlan }
vlan-of-tag = the tag says VLAN { $vlan }, which the trunk { $port } carries
vlan-of-priority-tag = the tag says a priority and no VLAN: VLAN { $vlan }, as for a frame without a tag at { $port }
vlan-tag-added =
    puts the tag of VLAN { $vlan } { $priority ->
        [0] {""}
       *[other] (priority { $priority }){" "}
    }on for { $count ->
        [one] port
       *[other] ports
    } { $ports }
vlan-tag-removed =
    takes the tag of VLAN { $vlan } off for { $count ->
        [one] port
       *[other] ports
    } { $ports }
subinterface-sent = { $interface } sends by { $port } with the tag of VLAN { $vlan }
subinterface-received = the tag says VLAN { $vlan }: for { $interface }, which gets it without the tag
entered-bridge = its own IP layer sends it by { $interface } into the bridge of this node
interface-up = { $interface } comes up: a port that leads to it is up
interface-down = { $interface } goes down: no port that leads to it is up

drop-tagged-on-access-port = it has a tag of VLAN { $tag }, and { $port } is an access port of VLAN { $vlan }, which takes frames without a tag only
drop-vlan-not-allowed = its tag says VLAN { $vlan }, which the trunk { $port } does not carry
drop-no-native-vlan = it has no tag, and the trunk { $port } has no native VLAN
drop-reserved-vlan = its tag says { $number }, a reserved number that stands for no VLAN
drop-no-other-port-in-vlan = VLAN { $vlan } has no other port here that it could leave by
drop-no-interface-for-vlan = its tag says VLAN { $vlan }, and there is no interface for that VLAN at { $port } of this node

drops-tagged-on-access-port = tagged, at an access port
drops-vlan-not-allowed = VLAN not on the trunk
drops-no-native-vlan = untagged, at a trunk without native VLAN
drops-reserved-vlan = reserved VLAN number
drops-no-other-port-in-vlan = no other port in the VLAN
drops-no-interface-for-vlan = no interface for the VLAN

# VLANs that keep apart what belongs together.
why-wrong-vlan = { $station } is in VLAN { $vlan }, because port { $port } of { $switch } is; the rest of its network, such as { $like }, is in VLAN { $right }, and no ARP question gets from one VLAN to the other
why-trunk-lacks-vlan = frames of VLAN { $vlan } do not get through port { $port } of { $switch }: its trunk does not carry that VLAN
why-native-mismatch = frames without a tag leave VLAN { $old } of { $near } (port { $near_port }) and enter VLAN { $new } of { $far } (port { $far_port }): the two ends of this trunk have different native VLANs
why-access-mismatch = frames leave VLAN { $old } of { $near } (port { $near_port }) and enter VLAN { $new } of { $far } (port { $far_port }): the two ends of this cable are access ports of different VLANs
why-access-port-between = frames of VLAN { $vlan } do not get through port { $port } of { $switch }: it is an access port of VLAN { $own }
why-trunk-without-native = frames without a tag do not get into port { $port } of { $switch }: it is a trunk without a native VLAN
why-no-interface-for-vlan = frames with the tag of VLAN { $vlan } come to { $port } of { $node }, which has no interface for that VLAN
why-help-port = write `{ $edit }` under `ports:` of { $switch }
why-help-native = write the same native VLAN at both ends, such as `{ $edit }` at port { $port } of { $far }
why-help-trunk-without-native = make port { $port } of { $switch } an access port (`vlan: ...`), or give its trunk a `native: ...`
why-help-no-interface-for-vlan = add `{ $edit }` to `interfaces:` of { $node }, or take the VLAN off the cable
