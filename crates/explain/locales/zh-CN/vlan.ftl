# VLAN。
