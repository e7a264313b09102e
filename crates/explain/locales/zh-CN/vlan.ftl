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
