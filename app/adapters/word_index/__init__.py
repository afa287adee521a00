"""Words: names and descriptions, searched with Tantivy."""
