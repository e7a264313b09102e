# ARP：谁拥有哪个硬件地址。

neighbor-hit = { $address } 的硬件地址是 { $mac }：{ $interface } 的邻居表中有此表项（{ $state }）
neighbor-asked = 在 { $interface } 上广播询问“谁是 { $address }？”（第 { $attempt } 次）：邻居表中没有可用的表项
neighbor-asked-unicast = 在 { $interface } 上向 { $mac } 单播询问它是否仍是 { $address }（第 { $attempt } 次）：邻居表中的表项已陈旧
packet-held = 数据包等待 { $address } 的 ARP 应答（现有 { $waiting } 个在等待）
packet-released = { $address } 已应答，硬件地址是 { $mac }；数据包等待 { $waited } 后继续发送
neighbor-learned = 学习到：{ $interface } 上 { $address } 的硬件地址是 { $mac }，{ $from }
neighbor-changed = 已更改：{ $interface } 上 { $address } 的硬件地址由 { $old } 变为 { $mac }，{ $from }
learned-from-reply = 来自对方对 ARP 请求的应答
learned-from-request = 来自对方询问本机地址的 ARP 请求：询问者同时告知了自己的地址
learned-from-announcement = 来自对方主动发出的通告（免费 ARP）
neighbor-state-changed = { $interface } 上的邻居 { $address }：{ $from } → { $to }，{ $meaning }
neighbor-state-incomplete = 已询问，尚无应答
neighbor-state-reachable = 刚刚得到确认
neighbor-state-stale = 有一段时间没有确认，但仍可使用
neighbor-state-delay = 陈旧时仍被使用，稍候看对方有无动静
neighbor-state-probe = 正在单播重新询问
neighbor-state-failed = 询问无果
neighbor-state-permanent = 由配置指定
neighbor-unresolved =
    { $interface } 上无人应答 { $address }：询问 { $attempts } 次后放弃{ $dropped ->
        [0] {""}
       *[other] ，等待中的 { $dropped } 个数据包丢失
    }
arp-answered = 应答 { $asker }：{ $address } 是本机地址，硬件地址是 { $mac }（{ $interface }）
address-announced = 在 { $interface } 上通告 { $address } 归本机使用（免费 ARP）
address-probed = 使用 { $address } 之前，在 { $interface } 上询问是否已有人使用（第 { $attempt } 次探测）
address-conflict = { $interface } 上地址冲突：{ $theirs } 也在使用本机（{ $ours }）的地址 { $address }
address-defended = 在 { $interface } 上捍卫 { $address }：再次通告该地址归本机使用
address-abandoned = 放弃在 { $interface } 上使用 { $address }：它已被 { $theirs } 占用
