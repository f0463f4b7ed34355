"""The words of the field: namespaces, properties, controlled lists, and how free words match them."""
