"""Guards for files from outside and what they say beside their values; used by harvests and by previews."""
