"""Network: who tells whom, how late and how surely."""
