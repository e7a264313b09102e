# Spanning tree.
