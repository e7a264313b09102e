# 线路：端口与链路上的帧。

list-separator = 、
port-numbered = 端口 { $port }
port-named = {" "}{ $port }
the-packet = 该数据包
the-frame = {" "}{ $frame }

frame-sent = 从{ $port } 向 { $peer } 发出 { $frame }：{ $info }
frame-sent-because = 从{ $port } 向 { $peer } 发出 { $frame }（起因是 { $cause }）：{ $info }
frame-sent-uncabled = 从{ $port } 发出 { $frame }，但该处没有插网线：{ $info }
frame-arrived = 从{ $port } 收到 { $frame }：{ $info }
dropped = 丢弃{ $what }：{ $reason }
dropped-at-port = 在{ $port } 丢弃{ $what }：{ $reason }
dropped-on-link = { $frame } 止于链路 { $link }：{ $reason }
frame-corrupted = { $frame } 在链路 { $link } 上受损：第 { $bit } 位随机翻转（该链路设定的误码率为 { $chance }）
frame-duplicated = { $frame } 被链路 { $link } 送达两次（该链路设定的重复率为 { $chance }）
frame-reordered = { $frame } 在链路 { $link } 上乱序：提前 { $by } 到达（该链路设定的乱序率为 { $chance }）
link-up = 链路 { $link } 接通
link-down = 链路 { $link } 断开
node-crashed = 断电：所有表项与连接全部丢失
node-restarted = 重新通电，从零开始

# 运行期间人为制造的故障。

fault-partitioned = 与 { $node } 隔断：它发出的数据包不再能到达对方
fault-repaired = 又能到达 { $node } 了
fault-path-held = 发往 { $node } 的数据包在途中被扣留
fault-path-released =
    { $frames ->
        [0] 发往 { $node } 的数据包不再扣留：没有等待的
       *[other] 发往 { $node } 的数据包不再扣留：等待的 { $frames } 个按顺序继续前行
    }
fault-link-held = 链路 { $link } 从现在起扣留所有帧
fault-link-released =
    { $frames ->
        [0] 链路 { $link } 不再扣留帧：没有等待的
       *[other] 链路 { $link } 不再扣留帧：等待的 { $frames } 个按顺序到达
    }
fault-frame-held = { $frame } 在链路 { $link } 上等待放行
fault-frame-released = { $frame } 等待 { $waited } 后继续经过链路 { $link }
fault-link-changed = 链路 { $link } 这一方向的设定改为：{ $settings }
fault-link-perfect = 链路 { $link } 这一方向从现在起既无限制也无干扰
