"""From a source's own field names to Metadata: the mapping in its settings, and values as people write them."""
