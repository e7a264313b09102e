# IPv6。
