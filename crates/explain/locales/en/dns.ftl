# Names: what servers and resolvers decide, and what a host does to find a name.

dns-question = { $type } of { $name }
dns-root = the root
dns-over-tcp = {" "}over TCP

# A server.
dns-query-received = { $client } asks{ $over }: { $question }?{ $recursion ->
        [yes] {" "}It wants the whole answer
       *[no] {" "}It wants only what this server knows itself
    }
dns-query-malformed = { $client } sent { $length } bytes that are no question: { $answered ->
        [yes] answered with FORMERR
       *[no] not answered, for that could be misused
    }
dns-answered-from-zone = answers { $client } from its zone { $zone }: { $question }: { $answer }
dns-answered-from-wildcard = answers { $client } from its zone { $zone }: { $question }: { $answer }, by the wildcard { $wildcard }
dns-answered-from-cache = answers { $client } from its cache: { $question }: { $answer }, good for { $remaining } more; nobody is asked
dns-answered-after-asking = answers { $client }: { $question }: { $answer }, after { $queries ->
        [one] one question to another server
       *[other] { $queries } questions to other servers
    }
dns-query-refused = does not answer { $client }’s question, { $question }: { $why }
dns-refused-not-served = the name is in none of its zones, and it looks nothing up for others
dns-refused-recursion-not-asked = it has no such zone, and the client did not ask it to look the name up (RD is not set)
dns-refused-class = it knows the class IN alone
dns-refused-transfer = it hands no zones out
dns-refused-operation = it answers queries alone (NOTIMP)
dns-refused-version = it does not speak this version of EDNS (BADVERS)
dns-refused-busy = it has too many questions under way
dns-answer-truncated = the answer to { $question } has { $length } bytes and { $client } takes { $limit } over UDP: cut, so that it asks again over TCP (TC)
dns-query-joined = { $client } asks what is being asked already, { $question }: it will get the same answer

# Whoever asks servers.
dns-server-asked = asks the name server { $server }{ $over }: { $question }?
dns-server-of-zone-asked = asks { $server }, a server of { $zone }{ $over }: { $question }?
dns-server-answered = { $server } answers { $question }: { $answer }
dns-referral-followed = { $server } does not know { $name } but who does: the servers of { $zone } ({ $servers }{ $glue ->
        [none] ; their addresses have to be looked up)
       *[some] , at { $addresses })
    }
dns-alias-followed = { $name } is another name for { $target } (CNAME): the search goes on with that
dns-server-looked-up = { $name } serves { $zone }, but nobody said its address: that is looked up first
dns-server-lame = { $server } is to serve { $zone } and does not (lame delegation): { $why }
dns-lame-refused = it refuses to answer
dns-lame-upward = it points back to the zone itself or above
dns-lame-not-authoritative = it answers without authority
dns-lame-empty = it says neither yes nor no
dns-server-failed = { $server } answers { $question } with { $code }: it cannot or will not say
dns-server-silent = { $server } did not answer within { $after }: { $question }
dns-server-unreachable = { $server } cannot be reached, or no name server runs there: { $question }
dns-retried-over-tcp = the answer of { $server } was cut (TC): { $question } is asked again over TCP
dns-reply-ignored = a message from { $from } is no answer to { $question } and left aside: { $why }
dns-mismatch-malformed = it cannot be read
dns-mismatch-not-a-response = it is no response
dns-mismatch-identifier = it has another identifier
dns-mismatch-question = it answers another question
dns-mismatch-sender = it is not from the server that was asked
dns-out-of-bailiwick = { $server }, asked about { $zone }, tells of { $name } too, which is none of its business: { $records ->
        [one] one record is
       *[other] { $records } records are
    } not believed
dns-loop-alias = aliases go in a circle at { $name }: { $question } has no answer
dns-loop-delegation = to find { $name }, { $name } has to be found first: { $question } has no answer
dns-limit-queries = gives { $question } up: more than { $most } questions to other servers
dns-limit-aliases = gives { $question } up: more than { $most } aliases in a row
dns-limit-depth = gives { $question } up: servers of servers of servers, more than { $most } levels deep
dns-limit-time = gives { $question } up: no answer within { $most } ms
dns-resolution-failed = could not find { $question } and says so (SERVFAIL): { $why }
dns-resolution-failed-at = could not find { $question } and says so (SERVFAIL); at the zone { $zone } { $why }
dns-failure-no-server-answered = no server gave an answer that is of use
dns-failure-no-server-address = no server has an address that is known
dns-failure-loop = the search goes in a circle
dns-failure-limit = the search took too much

# A host’s own resolver.
dns-known-from-cache = the cache of this host knows { $question }: { $answer }, good for { $remaining } more; nobody is asked
dns-search-domain-tried = { $name } is completed with a search domain: looks up { $full }
dns-lookup-name-error = { $name } means nothing: the name servers ({ $servers }) say that there is no such name (NXDOMAIN)
dns-lookup-no-data = { $name } exists, but the name servers ({ $servers }) know no address of it that this host could use
dns-lookup-no-server-answered = { $name } could not be looked up: no name server answered (asked: { $servers })
dns-lookup-failure = { $name } could not be looked up: the name servers ({ $servers }) could not or would not find out
dns-lookup-only-referrals = { $name } could not be looked up: the name servers ({ $servers }) only say who knows more; they serve zones and look nothing up for others
dns-lookup-not-a-name = { $name } is no name that could be asked for

# What an answer says.
dns-answer-no-data = there is the name, but no such record (NODATA)
dns-answer-name-error = there is no such name (NXDOMAIN)
dns-answer-referral = the servers of { $zone } know: { $servers }
dns-answer-failure = that could not be found out (SERVFAIL)
