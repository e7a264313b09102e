# Programs and names.

program-started = { $program } starts: { $command }
program-started-plain = { $program } starts
program-wrote = { $program } writes: { $line }
program-wrote-error = { $program } writes to its error output: { $line }
program-ended = { $program } ends with exit code { $code }
name-literal = { $name } is an address already: no look-up
name-from-hosts = { $name } is { $addresses }: an entry under hosts: of this node
name-from-lab = { $name } is { $addresses }: a node of the lab
name-from-cache = { $name } is { $addresses }: this node asked before and has it in its cache
name-from-dns = { $name } is { $addresses }: a name server said so
name-unknown = nobody knows the name { $name }: it is not under hosts:, no node of the lab is called so, and this node has no name server
