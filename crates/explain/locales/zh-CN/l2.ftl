# 集线器与交换机。

hub-repeated =
    { $count ->
        [0] 无处可转发：其他端口都没有插网线
       *[other] 转发到端口 { $ports }：集线器没有地址表，收到什么都从其余端口发出
    }
mac-learned =
    学习到：{ $mac } 在端口 { $port }{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    }
mac-moved =
    站点移动：{ $mac } 原在端口 { $from }，现在端口 { $to }{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    }
mac-aged =
    老化：端口 { $port } 上的 { $mac } 已有 { $age } 没有出现，删除该表项{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    }
mac-flushed =
    端口 { $port } 的网线断开，{ $rows ->
        [0] 没有需要清除的表项
       *[other] 清除其 { $rows } 条表项
    }
mac-table-full =
    无法学习：MAC 地址表已满（{ $limit } 条），发往 { $mac } 的帧{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    }将被泛洪
switch-forwarded =
    只从端口 { $port } 转发：MAC 地址表中 { $mac } 在该端口{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    }
switch-flooded =
    { $count ->
        [0] 泛洪，但没有其他端口
       *[other] 泛洪到端口 { $ports }
    }{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    }：{ $why }
flood-unknown-unicast = MAC 地址表中没有 { $mac } 的表项
flood-broadcast = { $mac } 是广播地址，人人都要收到
flood-multicast = { $mac } 是组播地址，交换机不知道组内有哪些成员
