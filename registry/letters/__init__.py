"""Letters: e-mails that wait in the database until they are sent, and the addresses of accounts."""
