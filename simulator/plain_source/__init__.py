"""A second source system, deliberately plain, in the provinces' shared vocabulary.

It is a program of its own (`python -m simulator.plain_source`) with an operator interface of its
own and devices that poll over HTTP. It shares no code with the rest of the project: it is there so
that a harness for source systems is never fitted to one system alone.
"""
