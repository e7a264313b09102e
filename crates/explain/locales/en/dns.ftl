# Names.
