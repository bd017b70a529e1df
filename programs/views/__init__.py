"""Pages of SSKE."""
