# DHCP。
