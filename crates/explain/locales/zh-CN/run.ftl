# run 在跟踪之外打印的内容：网络概况、运行摘要、预期。

digest-frames = 帧
digest-frames-sent =
    发出 { $count ->
       *[other] { $count }
    } 帧，共 { $bytes ->
       *[other] { $bytes }
    } 字节
digest-passed-on = 转发
digest-repeated = 集线器转发 { $count } 次
digest-forwarded = 交换机转发 { $count } 次
digest-routed = 路由器转发 { $count } 次
digest-fragmented = 分片 { $count } 次
digest-floods = 泛洪
digest-flooded-broadcast = 广播 { $count } 次
digest-flooded-multicast = 组播 { $count } 次
digest-flooded-unknown = 地址表中没有目的站点 { $count } 次
digest-impaired = 链路损伤
digest-corrupted = 误码 { $count } 帧
digest-duplicated = 重复 { $count } 帧
digest-reordered = 乱序 { $count } 帧
digest-dropped = 丢弃
digest-dropped-why = { $count } × { $why }：{ $at }
digest-and-others = { $shown } 等，另有 { $more } 个节点
digest-arp = ARP
digest-discovery = 邻居发现
digest-arp-questions = 询问 { $count } 次
digest-arp-answers = 应答 { $count } 次
digest-arp-unanswered = 无人应答而放弃 { $count } 次
digest-arp-conflicts = 地址冲突 { $count } 次
digest-icmp = ICMP
digest-echo-requests = 回送请求到达 { $count } 个
digest-echo-replies = 回送回答返回 { $count } 个
digest-icmp-error = { $count } × 来自 { $node }：{ $message }
digest-tcp = TCP
digest-separator = ，
digest-handshake = 三次握手 { $time }
digest-bytes = → { $sent } B，← { $received } B
digest-fate-opening = 三次握手未完成
digest-fate-refused = 被拒绝
digest-fate-unanswered = 没有应答
digest-fate-open = 仍打开
digest-fate-half-closed = 仅 { $node } 已关闭
digest-fate-closed = { $node } 先关闭，历时 { $time }
digest-fate-reset = 被 { $node } 复位
digest-fate-given-up = 被 { $node } 放弃
digest-retransmissions = 重传 { $count } 次
digest-dns = DNS
digest-dns-questions = { $count } 次查询
digest-dns-answers = { $count } 次答复
digest-dns-cached = { $count } 次由缓存答复
digest-dns-failed = { $count } 次查询名字失败
digest-udp = UDP
digest-datagrams = 送达 { $count } 个数据报，共 { $bytes } B
digest-more = …… 另有 { $more } 项

summary-title = { $name }：{ $nodes } 个节点，{ $links } 条链路
summary-host = 主机
summary-hub = 集线器
summary-switch = 交换机
summary-router = 路由器
summary-l3-switch = 三层交换机
summary-home-router = 家用路由器
summary-advertises = （发送路由器通告）
summary-gateway = 网关 { $gateway }
summary-delay = 时延 { $delay }
summary-jitter = 抖动 { $jitter }
summary-rate = 速率 { $rate }
summary-loss = 丢包率 { $share }
summary-corrupt = 误码率 { $share }
summary-duplicate = 重复率 { $share }
summary-reorder = 乱序率 { $share }
summary-queue-frames = 队列 { $limit } 帧
summary-queue-bytes = 队列 { $limit } B
summary-mtu = MTU { $mtu }
summary-down = 已断开
summary-one-way = { $from } → { $to }：{ $settings }
summary-more-nodes = …… 另有 { $more } 个节点
summary-more-links = …… 另有 { $more } 条链路

run-stopped-idle = 模拟时间 { $time } 后结束：程序都已结束，网络已安静
run-stopped-time = 到达时间上限而停止，模拟时间 { $time }
run-stopped-events = 到达 { $events } 个事件的上限而停止，模拟时间 { $time }：是否有数据在兜圈子？
run-stopped-loop = 交换机 { $way } 构成环路，帧在其中无休止地兜圈子（广播风暴）：让它们参与生成树（`stp: true`），或去掉一条链路

## 程序与预期

run-unfinished = { $node } 上的 { $name } 没有结束：仍在等待
run-expectations = 预期
verdict-unknown-name = 那里不认识这个名字
verdict-resolved = 解析结果是 { $found }
verdict-no-address = 它没有地址
verdict-addresses = 它的地址是 { $found }
verdict-no-output = 没有任何输出
verdict-output = 共输出 { $lines } 行，最后一行是：{ $last }
verdict-exit = 退出码是 { $code }
verdict-running = 它没有结束
verdict-reached = 可以到达，用时 { $time }
verdict-delivered = 有程序收下了数据报，但没有应答
