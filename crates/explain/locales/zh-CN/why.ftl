# why 的回答：探测报文逐跳的经过，失败的原因，以及该如何修改。

why-names = 名字
why-there = 去程
why-back = 回程
why-reached = 可达：{ $node }（{ $address }）在 { $rtt } 后应答
why-reached-at-once = 可达：{ $node }（{ $address }）立即应答
why-delivered = 已送达：{ $node }（{ $address }）上的程序收下了数据报；它没有回答，而 UDP 本来也不要求回答
why-not-reached = 不可达：{ $message }
why-lost-back = 请求已到达，但应答在回程中丢失：{ $message }
why-rate-limited = { $message }（没有通知发送方：刚刚已发送过多 ICMP 差错报文）
why-no-error-back = { $message }（没有通知发送方：也没有返回的路由）

# 每一跳的说明。
why-more-steps = …… 另有 { $steps } 跳，经过 { $nodes } ……
why-asks-echo = ICMP：向 { $address } 发送回送请求
why-asks-tcp = TCP：连接 { $address } 的端口 { $port }
why-asks-udp = UDP：向 { $address } 的端口 { $port } 发送数据报
why-earlier = 先前的一次尝试丢失了（{ $place }）：{ $how }
why-same-segment = { $destination } 与 { $mask } 按位与得 { $network }，就是本网段：直接交付
why-other-segment = { $destination } 与 { $mask } 按位与得 { $other }，不是 { $network }：经网关 { $gateway }
why-no-way-out = { $destination } 与 { $mask } 按位与得 { $other }，不是 { $network }，而又没有网关
why-on-link = { $destination } 属于 { $network }，就在自己的网段上：直接交付
why-off-link = { $destination } 不属于 { $network }，也不在自己的网段上：经网关 { $gateway }
why-off-link-no-way-out = { $destination } 不属于 { $network }，也不在自己的网段上，又没有 IPv6 网关
why-off-link-no-use = { $destination } 不属于 { $network }，也不在自己的网段上，网关 { $gateway } 也不在
why-no-use = { $destination } 与 { $mask } 按位与得 { $other }，不是 { $network }，而网关 { $gateway } 也不在本网段
why-neighbor-row = 邻居表：{ $address } 的 MAC 地址是 { $mac }（{ $state }）
why-row = 路由表项 { $row }，唯一匹配的一条
why-row-beats = 路由表项 { $row }，最长前缀匹配；胜过 { $beaten }
why-row-kind = { $row }（{ $kind }）
why-how-arp = 用 ARP 询问
why-how-discovery = 用邻居发现协议询问
why-asked = 邻居表中没有 { $address }：{ $how }，{ $by } 在 { $waited } 后应答
why-asked-at-once = 邻居表中没有 { $address }：{ $how }，{ $by } 立即应答
why-asked-plain = 邻居表中没有 { $address }：{ $how }，{ $waited } 后得到应答：{ $mac }
why-asked-in-vain = 邻居表中没有 { $address }：{ $how } { $attempts } 次，无人应答
why-asked-in-vain-heard = 邻居表中没有 { $address }：{ $how } { $attempts } 次，无人应答；{ $heard } 听到了询问，但不是这个地址
why-dropped = 丢弃：{ $reason }
why-ends-on-link = 止于链路 { $link }：{ $reason }
why-changed = { $field } { $old } → { $new }
why-changes-separator = ，
why-field-source-mac = 源 MAC 地址
why-field-destination-mac = 目的 MAC 地址
why-field-ip-checksum = 首部校验和
why-field-hop-limit = 跳数限制
why-new-packet = 新数据包：{ $source } → { $destination }，TTL { $ttl }
why-new-packet-v6 = 新数据包：{ $source } → { $destination }，跳数限制 { $ttl }
why-new-frame = 新帧：{ $source } → { $destination }
why-mac-of = { $mac }（{ $whose }）
why-everybody = 所有站点
why-through = 进：{ $incoming }，出：{ $outgoing }，到 { $peer }
why-through-unchanged = 进：{ $incoming }，出：{ $outgoing }，到 { $peer }，帧不变
why-out = 出：{ $outgoing }，到 { $peer }
why-in = 进：{ $incoming }

# 原因与对策：名字与地址。
why-unknown-name = { $node } 不认识名字“{ $name }”
why-unknown-name-plain = { $node } 不认识这个名字
why-help-near-name = 是不是想写 { $near }？
why-help-hosts = 请使用节点名或地址，或者把这个名字写进 { $node } 的 `hosts:`
why-help-name-server = 给 { $node } 加上 `dns: { $server }`：那里运行着域名服务器
why-no-such-name = 没有“{ $name }”这个名字：{ $node } 的域名服务器这样答复（NXDOMAIN）
why-help-add-record = 在区域 { $zone }（`{ $file }`）中为 { $name } 加一条记录
why-help-no-zone = 实验中没有哪个区域包含 { $name }：名字写对了吗？
why-name-without-address = 名字“{ $name }”存在，但没有地址
why-name-server-unowned = { $node } 无法查询“{ $name }”：它的域名服务器地址是 { $server }，而没有谁拥有这个地址
why-help-right-server = 在 { $node } 处写 `dns: { $right }`：那里运行着域名服务器
why-help-no-name-server = 在 { $node } 的 `dns:` 后面写上运行 `serve dns` 的节点的地址
why-name-server-silent = { $node } 无法查询“{ $name }”：发往域名服务器 { $server } 的查询得不到答复：{ $message }
why-name-server-silent-plain = { $node } 无法查询“{ $name }”：域名服务器 { $server } 没有答复
why-not-recursive = { $node } 无法查询“{ $name }”：它的域名服务器 { $server } 只管理区域，不替别人查询
why-help-other-server = 在 { $node } 的 `dns:` 后面改写替人查询的服务器的地址：{ $servers }
why-help-recursive = 在 { $server_name } 上启动时加上 `--recursive` 或 `--forward`
why-lame = 无法查询“{ $name }”：{ $asker } 被指引到 { $server } 去查 { $zone } 区域，而该服务器并不为它服务（无效授权，lame delegation）
why-help-lame = 让 { $owner } 为区域 { $zone } 服务（`serve dns --zone ...`），或者更正指向 { $server } 的 NS 记录和粘连记录
why-help-lame-unowned = 更正区域 { $zone } 中指向 { $server } 的 NS 记录和粘连记录
why-zone-without-server = 无法查询“{ $name }”：{ $zone } 区域没有一台服务器答复 { $asker }
why-help-zone-without-server = { $zone } 区域的服务器在运行吗？NS 记录和粘连记录指向它吗？
why-alias-loop = 无法查询“{ $name }”：它的别名（CNAME）在 { $at } 处形成循环
why-help-alias-loop = 让 { $at } 的 CNAME 记录最终指向一个有地址的名字
why-delegation-loop = 无法查询“{ $name }”：要找到服务器 { $at }，必须先找到它自己
why-help-delegation-loop = 加上粘连记录：在上一级区域中写明 { $at } 的地址
why-not-resolved = 无法查询“{ $name }”：域名服务器 { $server } 没能查到
why-target-is-no-station = { $node } 没有 IP 地址：它是链路层设备，谁也无法向它发送数据包
why-help-ask-station = 请改问接在 { $node } 上的主机或路由器
why-target-without-address = { $node } 没有地址，无处可发
why-no-ipv6 = { $node } 没有 IPv6 地址，而 { $destination } 是 IPv6 地址
why-help-no-ipv6 = 给 { $node } 一个 IPv6 地址，或者在有路由器通告的网段上写 `slaac`；也可以改问 IPv4 地址
why-no-ipv4 = { $node } 没有 IPv4 地址，而 { $destination } 是 IPv4 地址
why-help-no-ipv4 = 给 { $node } 一个 IPv4 地址，或者改问 IPv6 地址
why-sender-without-address = { $node } 没有地址，无法发送
why-help-address = 给 { $node } 一个地址，例如 `address: 192.168.1.1/24`
why-interface-without-address = { $node } 的 { $interface } 没有地址，不接收那里的数据包
why-help-interface-address = 给 { $node } 的 { $interface } 一个该网段的地址

# 网段与网关。
why-no-gateway = { $destination } 在另一网段，而 { $node } 没有设置网关
why-gateway-off-segment = { $node } 用不了它的网关 { $gateway }：网关不在 { $node } 自己的网段（{ $own }）上
why-gateway-unused = { $node } 要交给网关 { $gateway }，但没有人使用这个地址
why-gateway-elsewhere = { $node } 要交给网关 { $gateway }，即 { $owner }，但 { $owner } 不在它的网段上
why-help-gateway = 那里的路由器是 { $router }：给 { $node } 写上 `{ $edit }`
why-help-no-router = { $node } 的网段上没有路由器：请接上一台，并把它的地址写作 { $node } 的 `gateway:`
why-other-network = { $node }（{ $own }）与 { $other }（{ $others }）接在同一网段上，但地址属于不同的网络，而 { $node } 没有网关
why-help-odd-address = 与众不同的是 { $odd }：给它写上 `{ $edit }`
why-mask-too-wide = 按 { $node } 的掩码（/{ $prefix }），{ $destination } 就在自己的网段上，所以它在本网段{ $how }，而没有交给路由器；其实 { $owner } 在另一网段
why-mask-too-wide-nobody = 按 { $node } 的掩码（/{ $prefix }），{ $destination } 就在自己的网段上，所以它在本网段{ $how }，而没有交给路由器；那里没有人使用这个地址
why-mask-too-narrow = 按 { $node } 的掩码（/{ $prefix }），{ $destination } 在另一网段，其实它就在自己的网段上
why-help-mask-like = 应与 { $like } 一样使用掩码 { $mask }：给 { $node } 写上 `{ $edit }`
why-help-longer-mask = 给 { $node } 更长的前缀，使它的网络不超出自己的网段
why-address-unused = { $node } 在本网段{ $how } { $address }，没有人使用这个地址
why-address-unused-heard = { $node } 在本网段{ $how } { $address }，没有人使用这个地址：听到询问的有 { $heard }
why-help-address-unused = 请更正地址，或者把 { $address } 配给 { $network } 中的一台机器
why-not-cabled-together = { $node } 在本网段{ $how } { $address }；按地址 { $owner } 应在这里，但没有网线、交换机或集线器把两者连起来
why-help-cable-together = 把 { $owner } 接到 { $node } 的网段上，或者给它一个所在网段的地址

# 路由。
why-no-route = { $node } 的路由表中没有匹配 { $destination } 的表项
why-help-route = 在 { $node } 的 `routes:` 中加入 `{ $edit }`
why-help-address-nowhere = 整个实验中没有人使用 { $destination }：请更正地址
why-help-no-way = 从 { $node } 到 { $destination } 没有路由器相连：请先连接，再添加路由
why-next-hop-unused = { $node } 到 { $destination } 的路由指向 { $via }，但没有人使用这个地址
why-help-next-hop = 更正 { $node } 的这条路由：`{ $edit }`
why-routing-loop = 路由环路：{ $routers } 把发往 { $destination } 的数据包转来转去，直到 TTL 耗尽
why-help-loop-row = 更正 { $router } 的路由：`{ $edit }`
why-help-loop-nowhere = 整个实验中没有人使用 { $destination }：从 { $routers } 之一删去到它的路由
why-ttl-ended = TTL 在 { $node } 耗尽：到 { $destination } 的途中路由器多于 TTL 所允许的数目
why-help-ttl = 请缩短路径
why-host-as-router = { $sender } 把发往 { $destination } 的数据包交给了 { $node }，好像它是路由器；但 { $node } 是主机，不转发数据包
why-help-other-router = 应交给 { $router }（{ $edit }）：更正 { $sender } 中指向 { $node } 的网关或路由
why-help-make-router = 把 { $node } 改为 `kind: router`，或者更正指向它的网关或路由
why-neighbor-silent = { $node } { $how } { $address }，拥有它的 { $owner } 没有应答
why-help-neighbor-silent = 看看 { $owner } 是否通电，是否在使用这个地址
why-neighbor-queue-full = { $node } 将其丢弃：已有 { $limit } 个发往 { $address } 的数据包在等待它的 MAC 地址

# 网线与链路。
why-no-cable = { $node } 的 { $port } 没有插网线
why-help-no-cable = 在 `links:` 中加一条以 { $node }:{ $port } 为一端的链路
why-cable-down = 网线 { $link } 没有插好
why-help-cable-down = 插上网线：从该链路中删去 `state: down`
why-help-plug-in = 重新插上网线
why-node-down = { $node } 没有通电
why-help-node-down = 重新启动 { $node }
why-partitioned = { $from } 与 { $to } 已被隔断：{ $from } 的数据包到不了 { $to }
why-help-partitioned = 解除 { $from } 与 { $to } 之间的隔断
why-held = 数据包在链路 { $link } 上等待放行
why-help-held = 放行链路 { $link } 上被扣留的帧
why-lost = 链路 { $link } 随机丢失了它（设定的丢包率为 { $chance }）
why-help-lost = 再试一次，或者调低 { $link } 的 `loss:`
why-queue-full-frames = 链路 { $link } 的队列已满：最多 { $limit } 帧等待
why-queue-full-bytes = 链路 { $link } 的队列已满：最多 { $limit } 字节等待
why-help-queue-full = 调高 { $link } 的 `rate:` 或 `queue:`，或者少发一些
why-too-long = { $len } 字节的数据包超过了链路 { $link } 的 MTU（{ $mtu } 字节），而交换机既不分片，丢弃时也不通知任何人
why-may-not-be-cut = { $len } 字节的数据包超过了 { $node } 下一段链路的 MTU（{ $mtu } 字节），又不允许分片（DF 置位）
why-help-mtu = 在 { $link } 设 `{ $edit }`，或者发送较小的数据包
why-damaged = { $node } 将其丢弃：它在途中受损
why-damaged-on = { $node } 将其丢弃：它在链路 { $link } 上受损
why-help-damaged = 再试一次，或者调低 { $link } 的 `corrupt:`
why-storm = { $nodes } 连成了环，帧在其中无休止地转圈（广播风暴）
why-help-storm = 让交换机参与生成树（`stp: true`），或去掉环上的一条链路
why-ignored = { $node } 把帧从所有端口发出，但没有站点收下它
why-wrong-neighbor-row = { $holder } 的一条手工表项称 { $address } 的硬件地址是 { $mac }，但没有任何站点使用这个硬件地址
why-help-neighbor-row = 从 { $holder } 的 `arp:` 中删去 `{ $address }: { $mac }`
why-help-neighbor-row-right = 从 { $holder } 的 `arp:` 中删去 `{ $address }: { $mac }`，或改写为 { $owner } 的 { $right }
why-wrong-mac-row = { $switch } 的一条手工表项称 { $mac }（{ $station }）在端口 { $port }，但 { $station } 并不在那里
why-help-mac-row = 从 { $switch } 的 `macs:` 中删去 `{ $mac }: { $port }`，或把网线插到该端口

# 程序。
why-not-listening = { $node } 在线，但其上没有程序监听 { $transport } 端口 { $port }
why-help-other-transport = { $node } 上有程序用 { $listens } 监听端口 { $port }：请改问 `{ $ask }`
why-help-bind = { $node } 上有程序监听端口 { $port }，但只在地址 { $only } 上：请让它使用 `--bind 0.0.0.0`
why-help-other-port =
    { $node } 上有程序监听 { $others }：请改问{ $count ->
        [1] 它
       *[other] 其中之一
    }，或者在此端口启动一个程序
why-help-serve = 启动一个：`{ $edit }`
why-backlog-full = { $node } 上监听端口 { $port } 的程序接受连接不够快：已有 { $backlog } 个连接在等待，达到上限（backlog）
why-help-backlog = 调高该程序的 `--backlog`，或者更快地接受连接
why-receive-buffer-full = { $node } 上的程序没有读取到达端口 { $port } 的数据：{ $limit } 字节的接收缓冲区已满
why-help-receive-buffer = 让程序读得更快，或者少发一些
why-duplicate = { $meant } 与 { $got } 使用同一个地址 { $address }，本应交给 { $meant } 的数据包被 { $got } 收下了
why-help-duplicate = 给 { $meant } 或 { $got } 换一个地址
why-no-answer = { $node } 收下了数据包，但没有及时发出应答
why-unknown = 记录到 { $node } 为止，看不出原因
