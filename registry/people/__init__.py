"""People and what they work on: accounts, drafts, and who may move a draft."""
