"""What a tender requires, which clauses people say show it, and what a bundle shows of these."""
