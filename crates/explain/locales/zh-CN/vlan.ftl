# VLAN。

vlan-of-access-port = 帧不带标签，而{ $port } 是接入端口：属于 VLAN { $vlan }
vlan-of-native = 帧不带标签，而{ $port } 是干道端口：属于其本征 VLAN { $vlan }
vlan-of-tag = 标签写明 VLAN { $vlan }，干道{ $port } 允许该 VLAN 通过
vlan-of-priority-tag = 标签只有优先级而无 VLAN：与{ $port } 上不带标签的帧一样，属于 VLAN { $vlan }
vlan-tag-added =
    加上 VLAN { $vlan } 的标签{ $priority ->
        [0] {""}
       *[other] （优先级 { $priority }）
    }，从 { $count } 个端口（{ $ports }）发出
vlan-tag-removed = 去掉 VLAN { $vlan } 的标签，从 { $count } 个端口（{ $ports }）发出
subinterface-sent = { $interface } 加上 VLAN { $vlan } 的标签，经 { $port } 发出
subinterface-received = 标签写明 VLAN { $vlan }：去掉标签后交给 { $interface }
entered-bridge = 本机的 IP 层经 { $interface } 将其送入机内的网桥
interface-up = { $interface } 启用：有通往它的端口处于连通状态
interface-down = { $interface } 停用：通往它的端口无一连通

drop-tagged-on-access-port = 帧带有 VLAN { $tag } 的标签，而{ $port } 是 VLAN { $vlan } 的接入端口，只接收不带标签的帧
drop-vlan-not-allowed = 标签写明 VLAN { $vlan }，而干道{ $port } 不允许该 VLAN 通过
drop-no-native-vlan = 帧不带标签，而干道{ $port } 没有本征 VLAN
drop-reserved-vlan = 标签中的编号 { $number } 是保留值，不代表任何 VLAN
drop-no-other-port-in-vlan = VLAN { $vlan } 在此没有其他端口可供发出
drop-no-interface-for-vlan = 标签写明 VLAN { $vlan }，而本机在{ $port } 上没有该 VLAN 的接口

drops-tagged-on-access-port = 带标签的帧到达接入端口
drops-vlan-not-allowed = 干道不允许该 VLAN
drops-no-native-vlan = 不带标签的帧到达无本征 VLAN 的干道
drops-reserved-vlan = 保留的 VLAN 编号
drops-no-other-port-in-vlan = 该 VLAN 没有其他端口
drops-no-interface-for-vlan = 没有该 VLAN 的接口

# VLAN 把本该相通的站点隔开了。
why-wrong-vlan = { $station } 位于 VLAN { $vlan }，因为 { $switch } 的端口 { $port } 属于该 VLAN；而同一网络的其他站点（如 { $like }）在 VLAN { $right } 中，ARP 询问无法跨越 VLAN
why-trunk-lacks-vlan = VLAN { $vlan } 的帧无法通过 { $switch } 的端口 { $port }：该干道不允许这个 VLAN 通过
why-native-mismatch = 不带标签的帧从 { $near }（端口 { $near_port }）的 VLAN { $old } 发出，却进入了 { $far }（端口 { $far_port }）的 VLAN { $new }：这条干道两端的本征 VLAN 不一致
why-access-mismatch = 帧从 { $near }（端口 { $near_port }）的 VLAN { $old } 发出，却进入了 { $far }（端口 { $far_port }）的 VLAN { $new }：这条网线两端是不同 VLAN 的接入端口
why-access-port-between = VLAN { $vlan } 的帧无法通过 { $switch } 的端口 { $port }：它是 VLAN { $own } 的接入端口
why-trunk-without-native = 不带标签的帧无法进入 { $switch } 的端口 { $port }：它是没有本征 VLAN 的干道
why-no-interface-for-vlan = 带 VLAN { $vlan } 标签的帧到达 { $node } 的 { $port }，而该节点没有这个 VLAN 的接口
why-help-port = 在 { $switch } 的 `ports:` 下写 `{ $edit }`
why-help-native = 让两端的本征 VLAN 一致，例如在 { $far } 的端口 { $port } 写 `{ $edit }`
why-help-trunk-without-native = 把 { $switch } 的端口 { $port } 改为接入端口（`vlan: ...`），或为干道指定 `native: ...`
why-help-no-interface-for-vlan = 在 { $node } 的 `interfaces:` 中加入 `{ $edit }`，或从该网线上去掉这个 VLAN
