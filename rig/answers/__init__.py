"""What `--json` prints: one document a command, its shape published in docs/schemas/.

A field may be added; what is there keeps its meaning. What ends a command before it has an answer
is a document too, `Failed`: its sentence goes to standard error as ever, and nothing else goes to
standard output.
"""
