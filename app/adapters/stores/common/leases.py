"""What a lease must look like, in every store."""

from math import isfinite

from app.domain.errors import InvalidInput


def checked_lease(owner: str, ttl: float) -> None:
    """Raise `InvalidInput` for a lease that nobody would hold or that would never end."""
    if not owner:
        raise InvalidInput("A lease needs an owner")
    if not (isfinite(ttl) and ttl > 0):
        raise InvalidInput(f"A lease must last a positive number of seconds, not {ttl}")
