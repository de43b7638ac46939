"""Makes the environments and the synthesised template; standard library only, run by any supported Python."""
