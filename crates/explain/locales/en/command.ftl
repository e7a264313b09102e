### What every command may have to say

command-help = help: { $help }
command-output-failed = writing output: { $error }
