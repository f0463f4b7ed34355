"""HTTP that all doors share: addresses, parameters, content negotiation, sessions, errors, headers. Knows no page."""
