// Its presence lets functions without a body stand in Go files: they are those behind go:linkname.
