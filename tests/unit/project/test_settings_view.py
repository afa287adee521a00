"""Settings as the operator sees them: every one, and no secret."""

from pathlib import Path

from pydantic import SecretStr

from app.doors.http.settings_view import settings_view
from app.settings import Settings, read_settings
from stand_ins.canaries import canary, leaks

SECRETS = {
    "MONGODB_URI",
    "TMDB_API_KEY",
    "TRAKT_CLIENT_ID",
    "TRAKT_CLIENT_SECRET",
    "OPENAI_API_KEY",
    "ADMIN_TOKEN",
    "SECRET_KEY",
}


def test_each_setting_is_told_and_no_secret() -> None:
    given = {name.lower(): SecretStr(canary()) for name in SECRETS}
    address = f"http://me:{canary()}@127.0.0.1:11434/v1"
    told = settings_view(read_settings(**given, llm_base_url=address, api_port=9))
    assert not leaks("\n".join(f"{one.name}={one.value}" for one in told))
    assert {one.name for one in told} == {name.upper() for name in Settings.model_fields}
    assert {one.name for one in told if one.secret} == SECRETS
    values = {one.name: one.value for one in told}
    assert values["LLM_BASE_URL"] == "http://***@127.0.0.1:11434/v1"
    assert values["API_PORT"] == "9"
    assert {one.value for one in told if one.secret} == {"set"}


def test_a_secret_that_is_missing_is_told() -> None:
    nothing = {name.lower(): None for name in SECRETS}
    told = settings_view(read_settings(**nothing, watcher_data_dir=Path("/x")))
    assert {one.value for one in told if one.secret} == {"not set"}
