# 防火墙规则。

firewall-path-incoming = 入站
firewall-path-forwarded = 转发
firewall-path-outgoing = 出站
firewall-established = 防火墙放行：它属于一个已获允许的会话
firewall-related = 防火墙放行：这是关于一个已获允许的会话的 ICMP 差错报文
firewall-allowed = 防火墙规则 { $rule }（{ $text }）允许其通过（{ $path }）
firewall-allowed-by-policy = 没有匹配的防火墙规则，默认策略允许其通过（{ $path }）

drop-firewall-denied = 防火墙规则 { $rule }（{ $text }）禁止其通过（{ $path }），且不通知任何一方
drop-firewall-rejected = 防火墙规则 { $rule }（{ $text }）拒绝其通过（{ $path }），并通知发送方
drop-firewall-policy = 没有防火墙规则允许其通过（{ $path }），而默认策略禁止其余数据包，且不通知任何一方
drop-firewall-policy-rejected = 没有防火墙规则允许其通过（{ $path }），而默认策略拒绝其余数据包，并通知发送方

drops-firewall-denied = 被防火墙规则禁止
drops-firewall-policy = 没有防火墙规则允许
