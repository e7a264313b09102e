# 组播。

multicast-joined = 从现在起在 { $interface } 上参加组 { $group }
multicast-left = 不再在 { $interface } 上参加组 { $group }：本机已没有成员
multicast-report-sent = 在 { $interface } 上用 { $protocol }v{ $version } 报告 { $groups }：{ $why }
multicast-report-changed = 成员关系有变化
multicast-report-repeated = 再报告一次，以防上一次丢失
multicast-report-asked = 有查询器询问
multicast-asked-all = 有谁参加了任何一个组
multicast-asked-group = 有谁参加了 { $group }
multicast-answer-planned = { $querier } 在 { $interface } 上询问{ $what }：随机等待 { $delay } 后应答，免得所有成员同时应答
multicast-nothing-to-answer = { $querier } 在 { $interface } 上询问{ $what }：无可应答
multicast-answer-suppressed = { $by } 已在 { $interface } 上为 { $group } 作了应答：一个成员应答就够了
multicast-version-changed = 在 { $interface } 上改用 IGMP 第 { $version } 版，与查询器一致
multicast-query-sent = 从 { $port } 询问{ $what }
multicast-query-sent-to-all =
    从{ $vlan ->
        [1] 所有端口
       *[other] VLAN { $vlan } 的所有端口
    }询问{ $what }
multicast-querier-yielded = { $querier } 也在 { $port } 上查询，且地址更小：本查询器从此不再发问
multicast-querier-resumed = { $interface } 上的另一个查询器已没有动静：由本查询器重新发问
multicast-querier-resumed-in-vlan =
    { $vlan ->
        [1] 另一个查询器
       *[other] VLAN { $vlan } 中的另一个查询器
    }已没有动静：由本查询器重新发问
multicast-member-learned =
    学习到：{ $port } 后面{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    }有站点参加了 { $group }
multicast-member-refreshed =
    { $port } 后面{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    }仍有站点参加 { $group }
multicast-member-leaving =
    { $port } 后面{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    }可能有站点离开了 { $group }：如果 { $within } 内没有报告，就不再向该端口转发
multicast-member-expired =
    { $port } 后面{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    }没有站点及时报告 { $group }：不再向该端口转发
multicast-router-port-learned =
    学习到：{ $port } 后面{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    }有查询器 { $querier }；成员报告和发往任何组的帧都转发到那里
multicast-router-port-expired =
    { $port }{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    } 已很久没有收到查询：后面不再有查询器
switch-sent-to-group =
    { $count ->
        [0] 不转发到任何端口
       *[other] 只转发到端口 { $ports }
    }{ $vlan ->
        [1] {""}
       *[other] （VLAN { $vlan }）
    }：{ $why }
flood-group-members = 交换机经侦听得知哪些端口后面有 { $mac } 的成员
flood-router-ports = 没有已知的 { $mac } 成员，只发往有路由器的端口
drop-group-message-ignored = 这是关于组的消息，本节点用不着
drop-no-members = 交换机经侦听得知，其他端口后面没有站点参加 { $group }
drops-group-message-ignored = 关于组的消息，用不着
drops-no-members = 其他端口后面没有组成员
