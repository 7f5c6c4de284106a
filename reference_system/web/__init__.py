"""The source system over HTTP: the interface for programs and the pages for operators."""
