### 各命令共用的文字

command-help = 提示：{ $help }
command-output-failed = 写输出时出错：{ $error }
command-cannot-read = 无法读取实验文件 { $path }：{ $error }
command-labs-beside = 该目录下的实验文件：{ $labs }
command-bad-lab = 实验文件有 { $errors } 处错误{ $warnings ->
        [0] {""}
       *[other] 、{ $warnings } 处警告
    }，未能搭建
command-checked = { $file }：{ $nodes } 个节点，{ $links } 条链路，{ $programs } 个程序，{ $expectations } 条预期：{ $warnings ->
        [0] 未发现错误
       *[other] { $warnings } 处警告
    }
command-cannot-write = 无法写入 { $path }：{ $error }
command-no-capture-there = { $path } 已存在且不是抓包文件，未作改动
command-another-capture-name = 请为抓包文件另取一个名字，例如 out.pcapng
command-no-such-node = 实验中没有名为 { $name } 的节点
command-nodes = 现有节点：{ $nodes }
command-no-such-table = { $node } 没有 { $table } 表：交换机有 mac 表，启用了相应功能的还有 vlan、stp 和 groups 表；主机和路由器有 arp、routes、sockets 和 dns 表，启用了相应功能的还有 leases、nat、firewall 和 groups 表
command-no-tables = { $node } 没有任何表：集线器只管转发，不看内容
command-warnings = { $file } 有 { $warnings } 处警告：用 `lanternet check { $file }` 查看
