# IPv6：邻居发现、路由器通告、无状态地址自动配置。

# IPv4 用 ARP 完成的事，IPv6 用邻居发现完成。
ipv6-neighbor-asked = 在 { $interface } 上向被请求节点组播组发送邻居请求“谁是 { $address }？”（第 { $attempt } 次）：邻居表中没有可用的表项
ipv6-neighbor-asked-unicast = 在 { $interface } 上向 { $mac } 单播发送邻居请求，确认它是否仍是 { $address }（第 { $attempt } 次）：邻居表中的表项已陈旧
ipv6-packet-held = 数据包等待 { $address } 应答邻居请求（现有 { $waiting } 个在等待）
ipv6-learned-reply = 来自对方对邻居请求的应答（邻居通告）
ipv6-learned-request = 来自对方询问本机地址的邻居请求：询问者同时告知了自己的地址
ipv6-learned-announcement = 来自对方主动发出的邻居通告
ipv6-learned-router = 来自路由器与主机之间的报文（路由器请求、路由器通告或重定向）
ipv6-announced = 在 { $interface } 上通告 { $address } 归本机使用（主动向所有节点发送邻居通告）
ipv6-checked = 重复地址检测：使用 { $address } 之前，在 { $interface } 上询问是否已有人使用（第 { $attempt } 次）
ipv6-abandoned = 重复地址检测失败：放弃在 { $interface } 上使用 { $address }，它已被 { $theirs } 占用
ipv6-forwarded = 转发目的地为 { $destination } 的数据包：从 { $interface } 发给下一跳路由器 { $next_hop }，跳数限制 { $ttl_from } → { $ttl_to }
ipv6-forwarded-last = 转发数据包：从 { $interface } 直接交给 { $destination }，跳数限制 { $ttl_from } → { $ttl_to }
ipv6-answered = 应答 { $asker } 的邻居请求：{ $address } 是本机地址，硬件地址是 { $mac }（{ $interface }）
ipv6-answered-check = 在 { $interface } 上告知所有节点：{ $address } 已被本机占用，硬件地址是 { $mac }（有节点正要使用它）

# 地址。
ipv6-formed-link-local = 为 { $interface } 生成链路本地地址 { $address }：由 fe80::/64 与接口的硬件地址（EUI-64）组成；通过检测之前是试用地址
ipv6-formed-configured = 为 { $interface } 配置地址 { $address }；通过检测之前是试用地址
ipv6-formed-advertised = 为 { $interface } 生成地址 { $address }：由 { $router } 通告的前缀与接口的硬件地址组成（SLAAC）；通过检测之前是试用地址
ipv6-ready = 从现在起在 { $interface } 上使用 { $address }：没有其他节点占用它
ipv6-deprecated = { $interface } 上的 { $address } 已弃用：首选生存期已过，新的通信不再使用它
ipv6-expired = 不再在 { $interface } 上使用 { $address }：有效生存期已过
ipv6-refreshed = { $router } 再次通告 { $interface } 上 { $address } 的前缀：首选生存期 { $preferred }，有效生存期 { $valid }
ipv6-refreshed-two-hours = { $router } 要求 { $interface } 上的 { $address } 在 { $valid } 后失效：无法验证的通告不得把有效生存期缩短到两小时以下
ipv6-for-ever = 永久
ipv6-source-chosen = 发往 { $destination } 的数据包以 { $source } 为源地址，而不用 { $beaten }；依据 RFC 6724：{ $rule }
ipv6-rule-same-address = 它就是目的地址（规则 1）
ipv6-rule-scope = 它的作用域与目的地址相称（规则 2）
ipv6-rule-not-deprecated = 它未被弃用（规则 3）
ipv6-rule-outgoing-interface = 它属于数据包的出接口（规则 5）
ipv6-rule-label = 它在策略表中与目的地址的标签相同（规则 6）
ipv6-rule-longest-prefix = 它与目的地址的公共前缀最长（规则 8）
ipv6-rule-first = 各地址不分优劣，取第一个
ipv6-mtu-too-small = { $interface } 上不能使用 IPv6：网线只能容纳 { $mtu } 字节，而 IPv6 至少需要 1280 字节

# 路由器。
ipv6-router-solicited = 在 { $interface } 上请所有路由器发出通告（路由器请求，第 { $attempt } 次）
ipv6-no-router = { $interface } 上没有路由器发出通告：请求 { $attempts } 次后放弃
ipv6-advertisement-sent = 在 { $interface } 上向 { $to } 发出路由器通告（{ $lifetime }）：{ $prefixes }
ipv6-advertisement-received = 在 { $interface } 上收到路由器 { $router } 的通告（{ $lifetime }）：{ $prefixes }
ipv6-default-router = 可作默认路由器 { $lifetime }
ipv6-no-default-router = 不作默认路由器
ipv6-no-prefix = 没有前缀
ipv6-prefix-both = { $prefix }（属于本网段，可用于生成地址）
ipv6-prefix-on-link = { $prefix }（属于本网段）
ipv6-prefix-autonomous = { $prefix }（可用于生成地址）
ipv6-prefix-plain = { $prefix }
ipv6-router-added = 新的默认路由器：{ $interface } 上的 { $router }，有效 { $lifetime }
ipv6-router-removed = { $interface } 上的 { $router } 不再是默认路由器：{ $why }
ipv6-router-expired = 生存期已过，没有按时收到新的通告
ipv6-router-resigned = 它自己宣告不再担任（生存期为 0）
ipv6-router-no-router = 它的邻居通告表明它是主机而不是路由器
ipv6-prefix-added = { $router } 告知：{ $prefix } 的所有地址都在 { $interface } 所在网段
ipv6-prefix-removed = 不再认为 { $prefix } 在 { $interface } 所在网段
ipv6-prefix-unusable = 不用 { $prefix } 为 { $interface } 生成地址：{ $why }
ipv6-prefix-length = 前缀与接口标识符（64 位）合起来不是 128 位
ipv6-prefix-lifetimes = 首选生存期长于有效生存期
ipv6-prefix-link-local = 链路本地前缀不由路由器通告
ipv6-prefix-too-many = 接口的地址数已达上限
ipv6-link-mtu = { $router } 告知：{ $interface } 所在网段最多容纳 { $mtu } 字节的数据包
ipv6-name-servers = { $interface } 上的 { $router } 告知域名服务器：{ $servers }
ipv6-redirected = { $interface } 上的 { $router } 告知：去往 { $destination } 应改走 { $target }
ipv6-redirected-near = { $interface } 上的 { $router } 告知：{ $destination } 就在本网段

# 组播组。
ipv6-groups-joined = 在 { $interface } 上报告新加入的组播组（MLD）：{ $groups }
ipv6-groups-left = 在 { $interface } 上报告已退出的组播组（MLD）：{ $groups }
ipv6-groups-changed = 在 { $interface } 上报告新加入的组播组 { $joined } 和已退出的组播组 { $left }（MLD）
ipv6-groups-asked = 在 { $interface } 上应查询报告所在的组播组（MLD）：{ $groups }

# ICMPv6（RFC 4443）：类型和代码与 ICMP 不同。
icmp6-network-unreachable = 终点不可达：没有路由（类型 1，代码 0）
icmp6-prohibited = 终点不可达：被规则禁止（类型 1，代码 1）
icmp6-beyond-scope = 终点不可达：源地址只在其所在网段有效（类型 1，代码 2）
icmp6-host-unreachable = 终点不可达：该地址没有应答（类型 1，代码 3）
icmp6-port-unreachable = 终点不可达：没有程序监听该端口（类型 1，代码 4）
icmp6-unreachable-other = 终点不可达（类型 1，代码 { $code }）
icmp6-packet-too-big = 数据包过大：途中某段链路只能容纳 { $mtu } 字节（类型 2）
icmp6-hop-limit-exceeded = 时间超过：跳数限制在途中耗尽（类型 3，代码 0）
icmp6-reassembly-time-exceeded = 时间超过：有分片始终没有到达（类型 3，代码 1）
icmp6-problem-field = 参数问题：首部偏移 { $pointer } 处的字段有误（类型 4，代码 0）
icmp6-problem-next-header = 参数问题：偏移 { $pointer } 处指明的下一个首部无法识别（类型 4，代码 1）
icmp6-problem-option = 参数问题：偏移 { $pointer } 处的选项无法识别（类型 4，代码 2）
icmp6-problem-first-fragment = 参数问题：第一个分片没有包含全部首部（类型 4，代码 3）
icmp6-problem-other = 参数问题：偏移 { $pointer } 处（类型 4，代码 { $code }）
icmp6-redirect = 重定向：{ $gateway } 是更好的第一跳（类型 137）

# 丢弃。
drop-not-our-group = 它发往组播地址 { $mac }，本站没有加入该组
drop-ipv6-off = { $interface } 没有启用 IPv6
drop-address-tentative = { $address } 仍在进行重复地址检测，尚未启用
drop-solicitation-not-for-us = 邻居请求询问的是 { $target }，不是本机
drop-advertisement-unasked = 关于 { $address } 的邻居通告：本机的邻居表中没有它的表项
drop-discovery-from-afar = 邻居发现报文的跳数限制是 { $hop_limit } 而不是 255：它来自路由器之外
drop-router-unheeded = 路由器 { $router } 发出通告，但该接口不由路由器配置
drop-not-advertising = 有节点请求路由器通告，但 { $interface } 不发送通告
drop-own-question = 本机对 { $target } 的询问经环路返回
drop-redirect-unheeded = { $from } 发来重定向，但它不是去往该目的地所用的路由器
drop-link-local-stays = { $source } → { $destination }：使用链路本地地址的数据包不离开所在网段
drop-packet-too-big = 数据包有 { $len } 字节，下一段链路只能容纳 { $mtu } 字节（MTU），而路由器不对 IPv6 数据包分片
drop-extension-header = 无法跳过数据包中的扩展首部：{ $what }
drop-no-next-header = 数据包在首部之后即结束（没有下一个首部）
drops-ipv6-off = 接口没有启用 IPv6
drops-address-tentative = 地址仍在检测
drops-solicitation-not-for-us = 询问其他地址的邻居请求
drops-advertisement-unasked = 未经请求的邻居通告
drops-discovery-from-afar = 来自路由器之外的邻居发现报文
drops-router-unheeded = 不予理会的路由器通告
drops-not-advertising = 发给非路由器的路由器请求
drops-own-question = 经环路返回的本机询问
drops-redirect-unheeded = 不予理会的重定向
drops-link-local-stays = 路由器收到链路本地地址
drops-packet-too-big = 超过下一段链路的容量
drops-extension-header = 扩展首部
drops-no-next-header = 首部之后没有内容

# 首部有什么问题。
what-not-version-6 = 版本号不是 6
what-payload-length = 有效载荷长度有误
what-option-cut-off = 选项不完整
what-code-not-0 = 代码不是 0
what-mac-of-nobody = 没有源地址却给出了硬件地址
what-not-link-local = 源地址不是链路本地地址
what-check-group = 地址检测没有发往对应的被请求节点组播组
what-target-group = 目标是组播地址
what-target-no-router = 目标既不是路由器也不是目的地
what-answer-to-all = 应答却发给了所有节点
what-extension-cut-off = 扩展首部不完整
what-hop-by-hop-misplaced = 逐跳选项首部不在最前面
what-routing-header = 路由首部要求经过更多跳
what-option-discard = 无法识别的选项，要求丢弃
what-option-discard-tell = 无法识别的选项，要求丢弃并告知发送方
what-fragment-no-multiple-of-8 = 分片长度不是 8 的倍数
what-first-fragment = 第一个分片没有包含全部首部
what-fragments-within = 分片之中又有分片
