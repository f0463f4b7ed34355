"""The sources that are harvested, their runs and problems, and what is staged of a listing."""
