"""What people follow by e-mail, without an account."""
