### lanternet port

port-heading = Port { $port }
port-label-range = range
port-label-service = service
port-label-habit = by habit
port-label-note = note

port-range-system = system port ({ $first }-{ $last }): assigned by standards; on Unix a server needs privileges to listen here
port-range-user = user port ({ $first }-{ $last }): assigned on request; any program may listen here
port-range-dynamic = dynamic port ({ $first }-{ $last }): never assigned; clients get their own end of a connection from here
port-reserved = port 0 is reserved: a program that asks for it is given a free port

port-assigned-none = none assigned (IANA, { $date })
port-assigned-none-over = none assigned over { $transport } (IANA, { $date })
port-assigned-none-name-over = { $name } is not assigned over { $transport } (IANA, { $date })
port-assigned-others = it is assigned over { $transports }
port-source = Source: IANA service name and port number registry, { $date }.

port-common-name = The registry's name for { $common } is { $name }.

port-habit-development = web servers under development: { $programs }
port-habit-alternative-http = HTTP where port 80 is taken or needs privileges
port-habit-alternative-http-programs = HTTP where port 80 is taken or needs privileges: { $programs }
port-habit-alternative-https = HTTPS where port 443 is taken or needs privileges
port-habit-alternative-https-programs = HTTPS where port 443 is taken or needs privileges: { $programs }
port-habit-program = default port of { $programs }
port-habit-unprotected = default port of { $programs }; asks nobody for a password unless told to, so keep it off the internet
port-habit-differs = customary, not assigned: the registry gives this port to { $names }
port-habit-unassigned = customary, not assigned: any program may use this port for something else

port-note-https-udp = HTTP/3 runs over QUIC, which runs over UDP (RFC 9114)
port-note-domain = UDP for short answers, TCP for long ones and zone transfers (RFC 7766)
port-note-bootp = DHCP uses the ports of its predecessor BOOTP (RFC 2131)
port-note-telnet = everything, passwords included, crosses the network unencrypted: use ssh (22)
port-note-ftp = commands only: data goes over a second connection (RFC 959)
port-note-smtp = between mail servers; programs hand in mail at 587 or 465 (RFC 6409, RFC 8314)
port-note-submissions = the name for TLS from the first byte (RFC 8314); an older assignment shares the port
port-note-http = unencrypted; browsers prefer https (443)

port-error-number = `{ $given }` is not a port: ports go from 0 to 65535
port-help-number = a port number is 16 bits long
port-error-name = no service is called `{ $given }` (IANA, { $date })
port-help-name = did you mean { $names }?
