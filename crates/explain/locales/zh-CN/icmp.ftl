# ICMP 报文。

icmp-sent = 向 { $to } 发送 ICMP：{ $message }
icmp-received = 收到来自 { $from } 的 ICMP：{ $message }
icmp-suppressed = 本应向 { $to } 发送 ICMP（{ $message }），但没有发送：{ $why }
icmp-echo-request = 回送请求（标识 { $ident }，序号 { $seq }）
icmp-echo-reply = 回送回答（标识 { $ident }，序号 { $seq }）
icmp-network-unreachable = 终点不可达：没有到该网络的路由（类型 3，代码 0）
icmp-host-unreachable = 终点不可达：主机没有应答（类型 3，代码 1）
icmp-protocol-unreachable = 终点不可达：主机不支持该协议（类型 3，代码 2）
icmp-port-unreachable = 终点不可达：没有程序监听该端口（类型 3，代码 3）
icmp-fragmentation-needed =
    终点不可达：超过某段链路的容量又不允许分片，{ $mtu ->
        [0] 路由器没有说明能容纳多少
       *[other] 该链路能容纳 { $mtu } 字节
    }（类型 3，代码 4）
icmp-prohibited = 终点不可达：被规则禁止（类型 3，代码 13）
icmp-unreachable-other = 终点不可达（类型 3，代码 { $code }）
icmp-ttl-exceeded = 时间超过：TTL 在途中耗尽（类型 11，代码 0）
icmp-reassembly-time-exceeded = 时间超过：有分片始终没有到达（类型 11，代码 1）
icmp-redirect = 重定向：同一网段的 { $gateway } 是更好的第一跳路由器（类型 5）
icmp-parameter-problem = 参数问题：首部偏移 { $pointer } 处的字段有误（类型 12，代码 0）
icmp-other = 类型 { $kind }，代码 { $code }
icmp-silent-about-icmp-error = 该数据包本身就是 ICMP 差错报文，为差错再报差错会没完没了
icmp-silent-about-group = 该数据包发往广播或组播地址，避免所有站点同时应答
icmp-silent-about-link-broadcast = 该数据包经链路层广播到达，避免所有站点同时应答
icmp-silent-about-later-fragment = 只针对第一个分片应答
icmp-silent-source-not-unicast = 该数据包的源地址不是单个主机的地址
icmp-silent-rate-limited = 刚刚已发送过多 ICMP 差错报文（限速）
icmp-silent-no-route-back = 没有返回该数据包源地址的路由
