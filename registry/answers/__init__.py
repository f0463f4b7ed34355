"""The number at the hit: a question that one prepared table answers for certain gets its number; others get none."""
