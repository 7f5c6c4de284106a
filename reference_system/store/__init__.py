"""What the source system remembers: tables, the database, its migrations."""
