# Firewall.
