### lanternet subnet

## 行与列的标签

subnet-label-address = 地址
subnet-label-mask = 掩码
subnet-label-network = 网络地址
subnet-label-broadcast = 广播地址
subnet-label-hosts = 主机地址
subnet-label-count = 可用数量
subnet-label-wildcard = 反掩码
subnet-label-class = 分类
subnet-label-scope = 用途
subnet-label-reach = 可达范围
subnet-label-first = 首个主机
subnet-label-last = 末个主机

## 与运算下方的图例：n 和 h 画在上面的各列中。

subnet-legend = n = 网络位（{ $network } 位），h = 主机位（{ $host } 位）
subnet-legend-mixed = { $legend }，x = 两者兼有的一位十六进制数
subnet-cut-group = 前缀在第 { $group } 组内结束，这一组的 16 位是：

## 事实

subnet-broadcast-none = 无：/31 和 /32 中没有需要广播的其他主机（RFC 3021）
subnet-broadcast-ipv6 = 无：IPv6 用组播代替广播

subnet-count-single = 1：这个前缀只含一台主机
subnet-count-point-to-point = 2：点对点链路的两端都可用（RFC 3021）
subnet-count-point-to-point-ipv6 = 2：点对点链路的两端都可用（RFC 6164）
subnet-count-ipv4 = { $count } = 2^{ $power } - 2：共 { $all } 个地址，其中网络地址和广播地址不能分配给主机
subnet-count-ipv6 = { $count } = 2^{ $power } - 1：主机位全 0 的地址属于本子网的路由器

subnet-role-host = { $address } 可以分配给 { $network } 中的主机
subnet-role-network = { $address } 是网络 { $network } 本身的地址，不能分配给主机
subnet-role-broadcast = { $address } 代表 { $network } 中的所有主机，不能分配给某一台主机
subnet-role-router-anycast = { $address } 代表 { $network } 中的任意一台路由器（子网路由器任播地址，RFC 4291）
subnet-role-point-to-point = { $address } 是 { $network } 两端之一
subnet-role-single = { $address } 独自成为一个网络
subnet-role-group = { $address } 代表一组主机，不能作为某一台主机自己的地址
subnet-role-everybody = { $address } 代表本网段中的所有主机，不能分配给某一台主机
subnet-role-unspecified = { $address } 表示“没有地址”，不能分配给主机

subnet-class-same = { $letter } 类，其网络前缀为 /{ $length }，与此处相同（历史概念：1993 年起被 CIDR 取代，RFC 1519）
subnet-class-other = { $letter } 类，其网络前缀为 /{ $length }，而不是 /{ $prefix }（历史概念：1993 年起被 CIDR 取代，RFC 1519）
subnet-class-d = D 类，组播地址
subnet-class-e = E 类，保留地址

## 用途：取自 IANA 特殊用途地址注册表

subnet-scope-row = { $purpose }：{ $prefix }（{ $rfcs }）
subnet-scope-global = 全球单播地址，无特殊用途
subnet-scope-unallocated = 尚未分配：目前全球单播地址只在 2000::/3 之内（RFC 4291）
subnet-scope-private = 私有地址
subnet-scope-shared = 运营商级 NAT（CGNAT）与其用户之间的共享地址
subnet-scope-loopback = 环回地址，即本机
subnet-scope-link-local = 链路本地地址，只在一个网段内有效
subnet-scope-unique-local = 唯一本地地址，相当于 IPv6 的私有地址
subnet-scope-site-local = 站点本地地址，已被唯一本地地址（fc00::/7）取代
subnet-scope-documentation = 文档与示例专用
subnet-scope-benchmarking = 网络设备基准测试
subnet-scope-this-network = “本网络”，只能作为源地址
subnet-scope-unspecified = 未指定地址：表示“尚无地址”或“任意地址”
subnet-scope-limited-broadcast = 受限广播地址，代表本网段中的所有主机
subnet-scope-multicast = 组播地址
subnet-scope-link-local-multicast = 只在一个网段内有效的组播地址，路由器从不转发
subnet-scope-reserved = 保留，供将来使用
subnet-scope-ietf-protocol = IETF 协议专用
subnet-scope-protocol-anycast = 某个协议的任播地址：由最近的服务器应答
subnet-scope-service-continuity = DS-Lite 与 464XLAT 转换内部使用
subnet-scope-nat64-discovery = 用于发现 NAT64 前缀
subnet-scope-nat64 = NAT64：IPv6 一侧看到的 IPv4 地址
subnet-scope-local-nat64 = 使用本网络自选前缀的 NAT64
subnet-scope-ipv4-mapped = IPv4 映射地址，只在套接字内部使用
subnet-scope-6to4 = 6to4，用 IPv4 承载 IPv6
subnet-scope-6to4-relay = 6to4 中继，已停用
subnet-scope-teredo = Teredo，用 UDP 承载 IPv6 以穿越 NAT
subnet-scope-as112 = AS112，应答私有地址的反向域名查询
subnet-scope-amt = AMT，通过隧道传送组播
subnet-scope-discard = 丢弃专用：发往这里的分组都会消失
subnet-scope-dummy = 占位用的源地址
subnet-scope-orchid = ORCHID，由密钥生成的标识符
subnet-scope-drone = 无人机身份标识（DRIP）
subnet-scope-segment-routing = 段路由标识符（SRv6 SID）

subnet-reach-global = 整个互联网：各处的路由器都可以转发
subnet-reach-limited = 受限：互联网上的路由器不会转发
subnet-reach-unstated = 视情况而定：注册表没有说明

## 两个地址

subnet-same-view = 从 { $address } 看，用它自己的掩码 { $mask }：
subnet-same-direct = 网络地址相同：{ $from } 经 ARP 或邻居发现后直接发给 { $to }。
subnet-same-gateway = 网络地址不同：{ $from } 把发给 { $to } 的分组交给网关。
subnet-same-yes = 同一网段：{ $a } 和 { $b } 都在 { $a_network } 中，可以直接通信。
subnet-same-no = 不在同一网段：{ $a } 在 { $a_network } 中，{ $b } 在 { $b_network } 中，二者之间必须有路由器。
subnet-same-one-sided = 双方判断不一致：{ $near } 认为 { $far } 与自己在同一网段，会直接发送；{ $far } 却要经网关应答。两个掩码必有一个写错了。
subnet-same-identical = 两次给出的都是 { $a }：同一网段中的两台主机不能使用同一个地址。
subnet-same-families = 不在同一网段：{ $a } 与 { $b } 的 IP 版本不同。

## 划分子网

subnet-split-heading = { $network } 划分为 { $parts ->
    [1] 1 个
   *[other] { $total } = 2^{ $power } 个
} /{ $length } 子网
subnet-split-heading-huge = { $network } 划分为 2^{ $power } 个 /{ $length } 子网
subnet-split-more = 只列出前 { $rows } 个。

## 错误

subnet-error-not-an-address = “{ $given }”不是 IP 地址
subnet-error-octet-count = “{ $given }”有 { $count } 个字节，IPv4 地址应有 4 个
subnet-error-octet-empty = “{ $given }”的第 { $position } 个字节是空的
subnet-error-octet-not-a-number = “{ $given }”的第 { $position } 个字节是“{ $octet }”，应为 0 到 255 的数
subnet-error-octet-too-large = “{ $given }”的第 { $position } 个字节是 { $octet }，最大只能是 255
subnet-error-leading-zero = “{ $given }”的第 { $position } 个字节以 0 开头：“{ $octet }”
subnet-error-two-gaps = “{ $given }”中的 :: 不止一处
subnet-error-group-too-long = “{ $given }”中的“{ $group }”一组超过 4 位数字
subnet-error-group-not-hex = “{ $given }”中的“{ $group }”一组不是十六进制数
subnet-error-group-count = “{ $given }”有 { $count } 组，不含 :: 的 IPv6 地址应有 8 组
subnet-error-group-count-gap = “{ $given }”有 { $count } 组，还含有 ::，:: 已没有可代表的组
subnet-error-zone = “{ $given }”带有区域标识（%{ $zone }），它不是地址的一部分

subnet-error-not-a-mask = “{ $given }”不是掩码
subnet-error-not-a-length = “{ $given }”不是前缀长度
subnet-error-prefix-too-long = 前缀长度 { $given } 太长：{ $family } 地址只有 { $bits } 位
subnet-error-in-mask = 掩码有误：{ $error }
subnet-error-not-contiguous = 掩码 { $mask } 不连续：第 { $zero } 位是 0，第 { $one } 位又是 1（{ $binary }）
subnet-error-wildcard = { $mask } 是反掩码，其中 0 表示网络部分
subnet-error-dotted-ipv6 = IPv6 没有点分十进制掩码，给出的是“{ $given }”
subnet-error-no-mask = { $address } 没有掩码，无法判断它的网络到哪里为止
subnet-error-disagree = 两个掩码不一致：“{ $first }”有 { $first_len } 位网络位，“{ $second }”有 { $second_len } 位
subnet-error-split-too-short = /{ $own } 不能划分为 /{ $asked }：部分不能比整体还大
subnet-error-split-too-long = 前缀长度 { $asked } 太长：地址只有 { $max } 位

## 怎么办

subnet-help-address = IPv4 地址写成 4 个数（192.168.1.10），IPv6 地址写成若干组十六进制数（2001:db8::1）；这里不解析域名
subnet-help-octets = IPv4 地址是用点隔开的 4 个数，每个从 0 到 255，例如 192.168.1.10
subnet-help-octet-bits = 一个字节是 8 位，取值从 0（00000000）到 255（11111111）
subnet-help-leading-zero = 请写成“{ $decimal }”；有些程序会把“{ $octet }”当作八进制，即 { $octal }
subnet-help-leading-zero-decimal = 请写成“{ $decimal }”；有些程序把开头的 0 当作八进制的标志，会拒绝“{ $octet }”
subnet-help-two-gaps = :: 代表所缺的全部零组，只有一处时才能确定缺多少
subnet-help-groups = IPv6 地址有 8 组，每组 1 到 4 位十六进制数；一段连续的零组可以写成 ::，例如 2001:db8::1
subnet-help-zone = 请去掉 %{ $zone }：它只说明链路本地地址属于哪个接口
subnet-help-mask = 请写前缀长度 0 到 32（/24），或点分十进制掩码（255.255.255.0）
subnet-help-mask-ipv6 = 请写前缀长度 0 到 128，例如 /64
subnet-help-not-contiguous = 掩码从左边起是连续的 1，其后全是 0，例如 255.255.255.0 或 255.255.240.0
subnet-help-wildcard = 访问控制列表采用这种写法；此处应写掩码 { $meant }
subnet-help-no-mask = 请加上前缀长度或掩码：{ $address }/24 或 { $address } 255.255.255.0
subnet-help-no-mask-ipv6 = 请加上前缀长度：一个网段通常用 { $address }/64
subnet-help-disagree = 请去掉其中一个
subnet-help-split = 请给出不小于 { $own } 的前缀长度：数越大，划分出的子网越小
