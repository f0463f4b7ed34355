"""What people without an account send: reports, offers to partner, questions, wishes for data and their support."""
