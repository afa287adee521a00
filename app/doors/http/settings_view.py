"""Settings as the operator sees them: values, and of secrets only whether they are set."""

import re
from typing import Final

from pydantic import BaseModel, SecretStr

from app.settings import Settings

_CREDENTIALS: Final = re.compile(r"(?<=://)[^/@\s]*@")


class SettingShown(BaseModel):
    """A setting in force; the value of a secret is "set" or "not set"."""

    name: str
    value: str
    secret: bool


def settings_view(chosen: Settings) -> list[SettingShown]:
    """All of them, named as in the environment."""
    return [
        SettingShown(
            name=name.upper(),
            value=_value(getattr(chosen, name), secret=secret),
            secret=secret,
        )
        for name, field in type(chosen).model_fields.items()
        for secret in (SecretStr in _kinds(field.annotation),)
    ]


def _value(value: object, *, secret: bool) -> str:
    if secret:
        return "set" if value is not None else "not set"
    return without_credentials(str(value))


def without_credentials(text: str) -> str:
    """An address may bear a name and a password, whatever it is meant for."""
    return _CREDENTIALS.sub("***@", text)


def _kinds(annotation: object) -> tuple[object, ...]:
    return (annotation, *getattr(annotation, "__args__", ()))
