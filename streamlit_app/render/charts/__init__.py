"""The charts of the Taste page. Pure: answers in, charts out."""
