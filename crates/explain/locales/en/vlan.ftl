# VLANs.
