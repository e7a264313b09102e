# 程序与名字。

program-started = { $program } 启动：{ $command }
program-started-plain = { $program } 启动
program-wrote = { $program } 输出：{ $line }
program-wrote-error = { $program } 输出错误信息：{ $line }
program-ended = { $program } 结束，退出码 { $code }
name-literal = { $name } 本身就是地址，无需查询
name-from-hosts = { $name } 的地址是 { $addresses }：来自本机的 hosts: 条目
name-from-lab = { $name } 的地址是 { $addresses }：它是实验中的节点
name-from-cache = { $name } 的地址是 { $addresses }：本机以前查询过，缓存中有
name-from-dns = { $name } 的地址是 { $addresses }：由域名服务器告知
name-unknown = 名字 { $name } 无法解析：hosts: 中没有，实验中没有这样的节点，本机也没有配置域名服务器
