### 各命令共用的文字

command-help = 提示：{ $help }
command-output-failed = 写输出时出错：{ $error }
