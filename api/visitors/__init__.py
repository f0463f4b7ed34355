"""Pages on which people without an account send something: reports, questions, wishes, and what they follow."""
