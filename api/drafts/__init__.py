"""The write API: drafts and their review for programs, with the same checks and states as the forms."""
