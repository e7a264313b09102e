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
