# 域名：服务器和解析器的决定，以及主机查询名字的过程。

dns-question = { $name } 的 { $type } 记录
dns-root = 根
dns-over-tcp = （通过 TCP）

# 服务器。
dns-query-received = { $client } 查询{ $over }：{ $question }？{ $recursion ->
        [yes] 要求给出最终结果（递归查询）
       *[no] 只要本服务器自己知道的（迭代查询）
    }
dns-query-malformed = { $client } 发来 { $length } 字节，不是合法的查询：{ $answered ->
        [yes] 以 FORMERR 答复
       *[no] 不予答复，以免被人利用
    }
dns-answered-from-zone = 根据自己的区域 { $zone } 答复 { $client }：{ $question }：{ $answer }
dns-answered-from-wildcard = 根据自己的区域 { $zone } 答复 { $client }：{ $question }：{ $answer }，由通配符 { $wildcard } 得出
dns-answered-from-cache = 根据缓存答复 { $client }：{ $question }：{ $answer }，剩余有效期 { $remaining }，无需再问别人
dns-answered-after-asking = 答复 { $client }：{ $question }：{ $answer }，为此向其他服务器查询了 { $queries } 次
dns-query-refused = 不回答 { $client } 的查询（{ $question }）：{ $why }
dns-refused-not-served = 该名字不在自己的任何区域中，而且它不替别人查询
dns-refused-recursion-not-asked = 自己没有这个区域，客户端也没有要求递归（RD 未置位）
dns-refused-class = 只支持 IN 类
dns-refused-transfer = 不提供区域传送
dns-refused-operation = 只支持查询操作（NOTIMP）
dns-refused-version = 不支持该 EDNS 版本（BADVERS）
dns-refused-busy = 正在处理的查询过多
dns-answer-truncated = { $question } 的答复有 { $length } 字节，而 { $client } 通过 UDP 最多接收 { $limit } 字节：截断并置位 TC，让对方改用 TCP 重新查询
dns-query-joined = { $client } 查询的内容（{ $question }）正在查询中：将得到同一个答复

# 向服务器查询的一方。
dns-server-asked = 向域名服务器 { $server } 查询{ $over }：{ $question }？
dns-server-of-zone-asked = 向 { $zone } 区域的服务器 { $server } 查询{ $over }：{ $question }？
dns-server-answered = { $server } 答复 { $question }：{ $answer }
dns-referral-followed = { $server } 不知道 { $name }，但指出谁知道：{ $zone } 区域的服务器（{ $servers }{ $glue ->
        [none] ；它们的地址还需另行查询）
       *[some] ，地址 { $addresses }）
    }
dns-alias-followed = { $name } 是 { $target } 的别名（CNAME）：继续查询后者
dns-server-looked-up = { $name } 是 { $zone } 区域的服务器，但没有人给出它的地址：先查询它的地址
dns-server-lame = { $server } 应当为 { $zone } 区域服务，实际上却没有（无效授权，lame delegation）：{ $why }
dns-lame-refused = 它拒绝回答
dns-lame-upward = 它又指回该区域本身或更上层
dns-lame-not-authoritative = 它的答复不是权威答复
dns-lame-empty = 它既没有说有，也没有说没有
dns-server-failed = { $server } 对 { $question } 答复 { $code }：无法或不愿给出结果
dns-server-silent = { $server } 在 { $after } 内没有答复：{ $question }
dns-server-unreachable = { $server } 不可达，或者那里没有运行域名服务器：{ $question }
dns-retried-over-tcp = { $server } 的答复被截断（TC）：改用 TCP 重新查询 { $question }
dns-reply-ignored = 来自 { $from } 的报文不是对 { $question } 的答复，忽略：{ $why }
dns-mismatch-malformed = 无法解读
dns-mismatch-not-a-response = 它不是响应
dns-mismatch-identifier = 标识符不符
dns-mismatch-question = 它回答的是另一个问题
dns-mismatch-sender = 它不是来自被查询的服务器
dns-out-of-bailiwick = 向 { $server } 查询的是 { $zone }，它却还提到了不归它管的 { $name }：{ $records } 条记录不予采信
dns-loop-alias = 别名在 { $name } 处形成循环：{ $question } 没有结果
dns-loop-delegation = 要找到 { $name }，必须先找到 { $name }：{ $question } 没有结果
dns-limit-queries = 放弃查询 { $question }：向其他服务器的查询超过 { $most } 次
dns-limit-aliases = 放弃查询 { $question }：连续的别名超过 { $most } 个
dns-limit-depth = 放弃查询 { $question }：为找服务器而要找的服务器超过 { $most } 层
dns-limit-time = 放弃查询 { $question }：{ $most } 毫秒内没有结果
dns-resolution-failed = 查不到 { $question }，如实告知（SERVFAIL）：{ $why }
dns-resolution-failed-at = 查不到 { $question }，如实告知（SERVFAIL）：在 { $zone } 区域，{ $why }
dns-failure-no-server-answered = 没有服务器给出可用的答复
dns-failure-no-server-address = 没有一台服务器的地址是已知的
dns-failure-loop = 查询陷入循环
dns-failure-limit = 查询代价过大

# 主机自己的解析器。
dns-known-from-cache = 本机缓存中有 { $question }：{ $answer }，剩余有效期 { $remaining }，无需再问别人
dns-search-domain-tried = 用搜索域补全 { $name }：查询 { $full }
dns-lookup-name-error = { $name } 无法解析：域名服务器（{ $servers }）说没有这个名字（NXDOMAIN）
dns-lookup-no-data = { $name } 存在，但域名服务器（{ $servers }）没有本机可用的地址
dns-lookup-no-server-answered = { $name } 无法解析：没有域名服务器答复（已询问 { $servers }）
dns-lookup-failure = { $name } 无法解析：域名服务器（{ $servers }）无法或不愿给出结果
dns-lookup-only-referrals = { $name } 无法解析：域名服务器（{ $servers }）只指出谁知道；它们只管理区域，不替别人查询
dns-lookup-not-a-name = { $name } 不是可以查询的名字

# 答复的内容。
dns-answer-no-data = 名字存在，但没有这种记录（NODATA）
dns-answer-name-error = 没有这个名字（NXDOMAIN）
dns-answer-referral = { $zone } 区域的服务器知道：{ $servers }
dns-answer-failure = 没能查到（SERVFAIL）
