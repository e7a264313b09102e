# 线路：端口与链路上的帧。

list-separator = 、
port-numbered = 端口 { $port }
the-packet = 该数据包

frame-sent = 从 { $port } 向 { $peer } 发出 { $frame }：{ $info }
frame-sent-because = 从 { $port } 向 { $peer } 发出 { $frame }（起因是 { $cause }）：{ $info }
frame-sent-uncabled = 从 { $port } 发出 { $frame }，但该处没有插网线：{ $info }
frame-arrived = 从 { $port } 收到 { $frame }：{ $info }
dropped = 丢弃 { $what }：{ $reason }
dropped-at-port = 在 { $port } 丢弃 { $what }：{ $reason }
dropped-on-link = { $what } 止于链路 { $link }：{ $reason }
frame-corrupted = { $what } 在链路 { $link } 上受损：第 { $bit } 位翻转（链路设定的误码概率为 { $chance }）
frame-duplicated = { $what } 被链路 { $link } 送达两次（链路设定的重复概率为 { $chance }）
frame-reordered = { $what } 在链路 { $link } 上乱序：提前 { $by } 到达（链路设定的乱序概率为 { $chance }）
link-up = 链路 { $link } 接通
link-down = 链路 { $link } 断开
node-crashed = 断电：所有表项与连接全部丢失
node-restarted = 重新通电，从零开始
