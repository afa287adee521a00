"""Which names are this machine's own, and which nobody else can take."""

import pytest

from loopback import OWN_NAMES, is_loopback, is_nobody_elses, name_of

UNREADABLE = [
    "",
    "[",
    "[::1",
    "::1]",
    "[127.0.0.1]",
    "[::1%lo]",
    "127.0.0.1:80:90",
    "127.0.0.1:eighty",
    "someone:secret@127.0.0.1",
    "127.0.0.1/elsewhere",
    "127.0.0.1?elsewhere",
    "127.0.0.1, elsewhere.example",
    " 127.0.0.1",
    "127.0.0.1\n",
    "\xff\xfe",
    "l\u00f6calhost",
    "\uff11\u0662\u0667.0.0.1",
]


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost:8501", "localhost"),
        ("LocalHost", "localhost"),
        ("127.0.0.1:8080", "127.0.0.1"),
        ("[::1]:8080", "::1"),
        ("127.0.0.1:", "127.0.0.1"),
        ("my-host_2.example:80", "my-host_2.example"),
        *((unreadable, "") for unreadable in UNREADABLE),
    ],
)
def test_the_name_is_told_without_its_port(host: str, name: str) -> None:
    assert name_of(host) == name


@pytest.mark.parametrize("name", [*OWN_NAMES, "127.8.9.10"])
def test_its_own_names_are_this_machines(name: str) -> None:
    assert is_loopback(name)
    assert is_nobody_elses(name)


@pytest.mark.parametrize("name", ["192.168.1.7", "0.0.0.0", "::", "2001:db8::1"])  # noqa: S104 -- compared, not bound
def test_another_address_is_nobody_elses_but_not_this_machine_alone(name: str) -> None:
    assert not is_loopback(name)
    assert is_nobody_elses(name)


@pytest.mark.parametrize(
    "name", ["", "watcher.example", "localhost.example", "127.0.0.1.nip.io", "0x7f000001"]
)
def test_a_name_that_somebody_can_take_is_neither(name: str) -> None:
    assert not is_loopback(name)
    assert not is_nobody_elses(name)
