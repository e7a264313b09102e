# UDP 与 TCP。

listening-tcp = TCP 开始监听 { $local }：最多 { $backlog } 个连接可排队等待接受
listening-tcp-plain = TCP 开始监听 { $local }
listening-udp = UDP 开始在 { $local } 接收数据报
listening-other = { $protocol } 开始在 { $local } 接收数据包
datagram-delivered =
    UDP { $remote } → { $local }：{ $len ->
        [0] 空数据报
       *[other] { $len } 字节
    }放入程序的接收缓冲区
tcp-state-changed = TCP { $local } ↔ { $remote }：{ $from } → { $to }：{ $what }
tcp-segment-sent = 发出 { $flags }（{ $numbers }）
tcp-segment-received = 收到 { $flags }（{ $numbers }）
tcp-with-step = { $segment }；{ $step }
tcp-program-opens = 程序主动打开连接，发出 SYN
tcp-program-closes = 程序关闭本端，在最后的数据之后发出 FIN
tcp-step-listen = 等待连接
tcp-step-handshake-1 = 三次握手第 1 次
tcp-step-handshake-2 = 三次握手第 2 次
tcp-step-handshake-3 = 三次握手第 3 次，连接建立
tcp-step-handshake-2-and-3 = 三次握手第 2 次，随即回复的 ACK 是第 3 次，连接建立
tcp-step-simultaneous-open = 双方同时打开
tcp-step-close-1 = 四次挥手第 1 次：本端不再发送数据
tcp-step-close-1-peer = 四次挥手第 1 次：对端不再发送数据
tcp-step-close-2 = 四次挥手第 2 次：对端已知晓，但仍可发送数据
tcp-step-close-2-and-3 = 四次挥手第 2、3 次合并在一个报文段中，随即回复的 ACK 是第 4 次
tcp-step-close-3 = 四次挥手第 3 次：本端也不再发送数据
tcp-step-close-3-peer = 四次挥手第 3 次：对端也不再发送数据，随即回复的 ACK 是第 4 次
tcp-step-close-4 = 四次挥手第 4 次，连接关闭
tcp-step-simultaneous-close = 双方同时关闭
tcp-step-simultaneous-close-done = 双方同时关闭，且都已得到确认
tcp-step-time-wait-over = 残留的报文段已有足够时间消失（2MSL）
tcp-step-reused = 相同地址与端口的新连接开始
tcp-step-refused = 连接被拒绝
tcp-step-reset = 连接被对端复位
tcp-step-reset-by-us = 连接被本端复位
tcp-step-given-up = 一直没有应答，放弃
tcp-step-closed-by-program = 程序不再监听
tcp-step-gone = 本端放弃连接
tcp-delivered = TCP { $remote } → { $local }：{ $len } 字节新数据放入程序的接收缓冲区
tcp-retransmitted = TCP { $local } → { $remote }：重传 { $segment }（{ $numbers }）：{ $why }
retransmit-timeout = 规定时间内没有收到确认（超时重传）
retransmit-duplicate-acks = 收到三个重复确认（快速重传）
tcp-out-of-order = TCP { $remote } → { $local }：{ $segment } 提前到达（{ $numbers }）；先缓存，等待它前面的字节
tcp-duplicate = TCP { $remote } → { $local }：{ $segment } 没有新内容（{ $numbers }）；再次确认后忽略
tcp-queued = TCP { $remote } → { $local }：三次握手完成，连接排队等待程序接受（队列 { $queued }/{ $backlog }）
tcp-accepted = TCP { $remote } → { $local }：程序接受了连接（还有 { $queued } 个在排队）
tcp-reset-sent = TCP { $local } → { $remote }：发送 RST：{ $why }
reset-no-listener = 没有程序监听端口 { $port }，也没有这个连接
reset-aborted = 程序放弃了连接，或关闭时还有数据未读
reset-unacceptable = 该报文段不符合连接的状态
reset-rejected = 防火墙规则拒绝其通过
