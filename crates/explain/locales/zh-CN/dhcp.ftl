# DHCP：地址租用。

# 客户端。
dhcp-discover-sent = DHCP：在 { $interface } 上广播寻找服务器（DISCOVER，第 { $attempt } 次），等待 { $wait } 看有无应答
dhcp-offer-taken = DHCP：接受 { $server } 在 { $interface } 上提供的地址 { $address }，租期 { $lease }
dhcp-offer-ignored = DHCP：{ $server } 在 { $interface } 上提供的 { $address } 未被采用：{ $taken } 的提供先到
dhcp-request-selecting = DHCP：在 { $interface } 上向 { $server } 请求 { $address }（REQUEST，第 { $attempt } 次）；请求是广播的，其他服务器由此得知未被选中
dhcp-request-rebooting = DHCP：在 { $interface } 上询问能否继续使用原来的地址 { $address }（REQUEST，第 { $attempt } 次）
dhcp-request-renewing = DHCP：租期过半，在 { $interface } 上向 { $server } 请求续租 { $address }（REQUEST，第 { $attempt } 次）
dhcp-request-rebinding = DHCP：原服务器没有应答，在 { $interface } 上向任意服务器请求续租 { $address }（REQUEST，第 { $attempt } 次）
dhcp-lease-obtained = DHCP：在 { $interface } 上从 { $server } 租得 { $address }，租期 { $lease }；{ $renew } 后向它续租（T1），{ $rebind } 后向任意服务器续租（T2）
dhcp-lease-renewed = DHCP：{ $server } 同意在 { $interface } 上续租 { $address }，租期 { $lease }；{ $renew } 后再次续租（T1）
dhcp-options-taken = DHCP：{ $interface } 随地址一同得到：{ $options }
dhcp-options-none = DHCP：{ $interface } 除地址外没有得到其他选项
dhcp-option-gateway = 默认网关 { $gateway }
dhcp-option-routes = 另有 { $routes } 条路由
dhcp-option-dns = DNS 服务器 { $servers }
dhcp-option-domain = 域名 { $domain }
dhcp-option-mtu = MTU { $mtu }
dhcp-refused = DHCP：{ $server } 拒绝在 { $interface } 上使用 { $address }（NAK），重新开始
dhcp-refused-unnamed = DHCP：服务器拒绝在 { $interface } 上使用 { $address }（NAK），重新开始
dhcp-decline-sent = DHCP：{ $interface } 上已有其他主机使用 { $address }，告知 { $server } 该地址不可用（DECLINE），{ $wait } 后重新开始
dhcp-release-sent = DHCP：把 { $interface } 上的 { $address } 归还给 { $server }（RELEASE）
dhcp-lease-lost = DHCP：{ $interface } 上 { $address } 的租期已到而无人续租，停止使用该地址
dhcp-no-answer = DHCP：在 { $interface } 上询问 { $attempts } 次仍未得到地址；等待地址的程序不再等待，客户端继续询问
dhcp-inform-sent = DHCP：{ $interface } 已有地址 { $address }，只询问相应的选项（INFORM，第 { $attempt } 次）

# 服务器。
dhcp-offered = DHCP：在 { $interface } 上向 { $mac } 提供 { $address }，租期 { $lease }：{ $why }；该提供保留 { $held }
dhcp-choice-reserved = 该地址为此客户端保留
dhcp-choice-current = 客户端正持有该地址
dhcp-choice-previous = 客户端曾使用过该地址
dhcp-choice-requested = 客户端请求该地址，且该地址空闲
dhcp-choice-unused = 地址池中第一个从未分配过的地址
dhcp-choice-longest-free = 已没有从未分配过的地址，该地址空闲最久
dhcp-acknowledged = DHCP：在 { $interface } 上把 { $address } 租给 { $mac }，租期 { $lease }（ACK）
dhcp-acknowledged-rebooting = DHCP：{ $interface } 上的 { $mac } 可以继续使用 { $address }，从现在起租期 { $lease }（ACK）
dhcp-acknowledged-longer = DHCP：{ $interface } 上的 { $mac } 续租 { $address }，租期 { $lease }（ACK）
dhcp-nak-sent = DHCP：拒绝 { $interface } 上的 { $mac } 使用 { $address }（NAK）：{ $why }
dhcp-nak-wrong-subnet = 该地址不属于客户端所在的网段 { $subnet }
dhcp-nak-taken = { $by } 正持有该地址
dhcp-nak-other-address = 此客户端的地址是 { $known }
dhcp-nak-reserved = 该地址为其他客户端保留
dhcp-nak-quarantined = 有客户端发现该地址已被未经租用的主机占用
dhcp-nak-not-offered = 该地址未提供给此客户端，或提供已失效
dhcp-nak-outside-pool = 该地址不在地址池中
dhcp-quarantined = DHCP：{ $interface } 上的 { $mac } 发现 { $address } 已被占用，{ $quarantine } 内不再分配该地址
dhcp-returned = DHCP：{ $interface } 上的 { $mac } 归还 { $address }；该地址空闲，并为此客户端记住
dhcp-lease-expired = DHCP：{ $mac } 对 { $address } 的租期已到，该地址空闲
dhcp-pool-exhausted = DHCP：没有地址可分配给 { $interface } 上的 { $mac }：地址池 { $pool } 共 { $size } 个，已租出 { $leased } 个，提供中 { $offered } 个，保留 { $reserved } 个，隔离 { $quarantined } 个；不作应答
dhcp-other-server = DHCP：{ $interface } 上的 { $mac } 选择了服务器 { $server }
dhcp-other-server-withdrawn = DHCP：{ $interface } 上的 { $mac } 选择了服务器 { $server }，收回所提供的 { $address }
dhcp-lease-unknown = DHCP：{ $interface } 上的 { $mac } 提到 { $address }，但本服务器并未把它租给此客户端；不作应答，应由租出者应答
dhcp-no-pool = DHCP：{ $mac } 在 { $interface } 上询问，但没有用于该网段的地址池；不作应答
dhcp-no-pool-relayed = DHCP：{ $mac } 经中继 { $relay } 询问，但没有用于其网段的地址池；不作应答
dhcp-informed = DHCP：把网段的选项告知 { $interface } 上的 { $mac }；地址 { $address } 是它自有的

# 中继。
dhcp-relayed-up = DHCP：把 { $interface } 上 { $mac } 的报文转交服务器 { $server }，填入中继地址 { $relay }：服务器据此选择地址池
dhcp-relayed-down = DHCP：把 { $server } 的应答转交 { $interface } 上的 { $mac }：{ $address }
dhcp-relayed-down-empty = DHCP：把 { $server } 的应答转交 { $interface } 上的 { $mac }

# 报文终止的原因。
drop-dhcp-other-client = 该 DHCP 报文是给另一客户端 { $mac } 的
drop-dhcp-unexpected = DHCP 客户端此时不等待这样的报文：来得太迟或重复
drop-dhcp-not-here = 本机没有人接收来自 { $interface } 的此类 DHCP 报文
drop-dhcp-too-many-hops = 该 DHCP 报文已经过 { $hops } 个中继，而最多允许 16 个
drop-dhcp-unknown-relay = 该 DHCP 应答是给中继 { $relay } 的，不是本机
drops-dhcp-other-client = 给其他 DHCP 客户端
drops-dhcp-unexpected = DHCP 应答太迟或重复
drops-dhcp-not-here = 无人接收的 DHCP 报文
drops-dhcp-too-many-hops = DHCP 报文经过的中继过多
drops-dhcp-unknown-relay = 给其他 DHCP 中继
what-no-magic-cookie = 没有魔术字
what-not-for-ethernet = 硬件类型不是以太网
what-no-message-type = 没有报文类型
what-operation-contradicts = 操作码与报文类型矛盾
what-option-length = 选项长度不合法
what-names-no-address = 没有写明地址
what-answer-incomplete = 缺少应答必须具备的内容

# 原因与对策。
why-no-dhcp-server = { $node } 请求地址（DHCP），但其网段上无人应答
why-help-dhcp-server = 让 { $router } 分配地址：为它加上 `dhcp: {"{"} { $interface }: {"{"} range: ... {"}"} {"}"}`
why-help-dhcp-server-anywhere = 让 { $node } 所在网段上的某个节点分配地址：为它加上 `dhcp: {"{"} eth0: {"{"} range: ... {"}"} {"}"}`
why-no-dhcp-relay = { $node } 在本网段请求地址（DHCP），而分配地址的 { $server } 在另一网段；中间的 { $router } 不转发这类广播
why-help-dhcp-relay = 让 { $router } 充当中继：为其 { $interface } 加上 `dhcp-relay: { $address }`
why-no-dhcp-pool = { $relay } 把 { $node } 的地址请求（DHCP）转交给 { $server }，但那里没有用于该网段的地址池
why-help-dhcp-pool = 在地址为 { $server } 的节点的 `dhcp:` 下为该网络增加地址池
why-dhcp-exhausted = { $node } 得不到地址（DHCP）：{ $server } 可分配的 { $size } 个地址（{ $range }）已全部租出
why-help-dhcp-exhausted = 扩大 { $server } 的范围 `range: { $range }`，或缩短其 `lease`
why-dhcp-unanswered = { $node } 请求地址（DHCP），但没有收到 { $server } 的应答
why-help-dhcp-unanswered = 检查两者之间的路径：用 `lanternet run --trace` 可以看到 { $node } 的请求在哪里终止
