"""What watcher needs from the outside, each port with its contract.

Every implementation passes the same suite in ``tests/contract``. All of them are synchronous and
safe to call from several threads; those that keep something are safe for several processes.
Unless a docstring says otherwise, failure to reach or to write the store raises
`StoreUnavailable`, and nothing is ever swallowed into an empty answer.
"""
