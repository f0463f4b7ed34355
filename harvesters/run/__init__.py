"""A harvest run: list, stage, map, plan, guard, apply, report."""
