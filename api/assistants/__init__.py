"""`/mcp`: the catalogue for assistants (Model Context Protocol), reading only. Needs the extra `lotse[mcp]`."""
