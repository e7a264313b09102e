# DHCP.
