"""The pages of administrators: sources, runs and what waits for a decision."""
