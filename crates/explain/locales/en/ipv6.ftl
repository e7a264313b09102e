# IPv6.
