"""Reading a stranger's file within bounds: JSON, XLSX, and the canonical bytes of one thing."""
