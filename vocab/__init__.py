"""The vocabulary: namespaces, properties, profiles, controlled lists, and how free text is matched with them."""
