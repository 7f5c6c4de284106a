"""The live world: emulated devices and real source systems as processes, over real sockets."""
