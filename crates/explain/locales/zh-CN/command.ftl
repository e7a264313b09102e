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
