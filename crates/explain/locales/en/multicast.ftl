# Groups.
