### What every command may have to say

command-help = help: { $help }
command-output-failed = writing output: { $error }
command-cannot-read = cannot read the lab file { $path }: { $error }
command-labs-beside = lab files in that folder: { $labs }
command-bad-lab = the lab has { $errors ->
        [one] one error
       *[other] { $errors } errors
    }{ $warnings ->
        [0] {""}
        [one] {" "}and one warning
       *[other] {" "}and { $warnings } warnings
    }; it was not built
command-checked = { $file }: { $nodes ->
        [one] one node
       *[other] { $nodes } nodes
    }, { $links ->
        [one] one link
       *[other] { $links } links
    }, { $programs ->
        [one] one program
       *[other] { $programs } programs
    }, { $expectations ->
        [one] one expectation
       *[other] { $expectations } expectations
    }: { $warnings ->
        [0] no mistakes found
        [one] one warning
       *[other] { $warnings } warnings
    }
command-cannot-write = cannot write { $path }: { $error }
command-no-capture-there = { $path } is there already and is no capture: it is left as it is
command-another-capture-name = give the capture another name, such as out.pcapng
command-no-such-node = the lab has no node called { $name }
command-nodes = its nodes are { $nodes }
command-no-such-table = { $node } has no table of the kind { $table }: switches have mac, and vlan, stp and groups where they know of such things; hosts and routers have arp, routes, sockets and dns, and leases, nat, firewall and groups where they know of such things
command-no-tables = { $node } has no tables: a hub repeats without looking
command-warnings = { $file } has { $warnings ->
        [one] one warning
       *[other] { $warnings } warnings
    }: `lanternet check { $file }` shows { $warnings ->
        [one] it
       *[other] them
    }
