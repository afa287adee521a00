"""One file a kind of job; `registry` finds them."""
