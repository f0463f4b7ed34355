"""The `lotse` command. `main` is the group; each module holds the commands of one noun and is imported when called."""
