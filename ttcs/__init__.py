"""The command line: thin, composes the other packages."""
