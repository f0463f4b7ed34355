"""Accounts of people, their drafts, and who may change the state of a draft."""
