"""The command line: one file per command, each reads, calls one function, writes and reports."""
