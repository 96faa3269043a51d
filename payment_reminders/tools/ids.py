"""What an id in the database can be."""

#: No id is larger: PostgreSQL refuses to look for one.
MAX_ID = 2**31 - 1
