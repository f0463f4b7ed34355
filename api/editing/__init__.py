"""What people who signed in do: accounts, registering, comparing and reviewing drafts."""
