# Address translation.
