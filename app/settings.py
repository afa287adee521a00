"""Every setting, read once from the environment and ``.env``; nothing else reads either."""

from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.errors import NotConfigured
from loopback import is_loopback, name_of

Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """One field per setting, named as in the environment but in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    watcher_data_dir: Path = Field(
        Path("./data"), description="Folder for the embedded store, the index and the made secrets"
    )
    mongodb_uri: SecretStr | None = Field(
        None, description="MongoDB's address; the embedded SQLite store is used where unset"
    )
    mongodb_db_name: str = Field(
        "watcher", min_length=1, max_length=63, description="Database in MongoDB"
    )
    tmdb_api_key: SecretStr | None = Field(
        None, description="TMDB key (v3) or token (v4); without it the sample catalogue is loaded"
    )
    tmdb_api_url: str = Field("https://api.themoviedb.org/3", description="TMDB's API")
    tmdb_export_url: str = Field(
        "https://files.tmdb.org/p/exports", description="Where TMDB's daily id exports are"
    )
    tmdb_requests_per_second: float = Field(
        40, gt=0, le=1000, description="Requests to TMDB per second, at most"
    )
    tmdb_export_lookback_days: int = Field(
        7, ge=1, le=90, description="Days back that an export is looked for"
    )
    tmdb_discover_max_pages: int = Field(
        500, ge=1, le=500, description="Pages of discover, where there is no export"
    )
    tmdb_image_url: str = Field(
        "https://image.tmdb.org/t/p", description="Where posters are linked from"
    )
    trakt_client_id: SecretStr | None = Field(
        None, description="Client id of your Trakt app; without it everything but Trakt works"
    )
    trakt_client_secret: SecretStr | None = Field(
        None, description="Client secret of your Trakt app"
    )
    trakt_redirect_uri: str = Field(
        "http://127.0.0.1:8080/auth/trakt/callback",
        description="Where Trakt sends browsers back to, exactly as your Trakt app names it",
    )
    trakt_api_url: str = Field("https://api.trakt.tv", description="Trakt's API")
    trakt_url: str = Field("https://trakt.tv", description="Trakt's site, where people sign in")
    openai_api_key: SecretStr | None = Field(
        None, description="Key of the language model's service; reasons are written without it, too"
    )
    llm_base_url: str = Field(
        "",
        description="An OpenAI-compatible service (Ollama, LM Studio, Gemini); OpenAI where unset",
    )
    llm_model: str = Field(
        "gpt-4.1-mini", min_length=1, max_length=200, description="The language model's name there"
    )
    llm_timeout_seconds: float = Field(
        8, ge=0.5, le=60, description="Seconds that a list waits for the language model, at most"
    )
    llm_max_tokens: int = Field(
        4000, ge=100, le=100_000, description="Tokens of an answer of the language model, at most"
    )
    embedding_model: str = Field(
        "all-MiniLM-L6-v2",
        min_length=1,
        description="Packaged all-MiniLM-L6-v2, or any sentence-transformers name or path",
    )
    vector_index_factory: str = Field(
        "auto", min_length=1, max_length=200, description="`auto`, or a FAISS factory string"
    )
    vector_recall_target: float = Field(
        0.99, ge=0.5, le=1, description="recall@10 that search must keep"
    )
    api_host: str = Field("127.0.0.1", description="Address the API listens on")
    api_port: Port = Field(8080, description="Port of the API")
    ui_port: Port = Field(8501, description="Port of the web app")
    api_base_url: str = Field(
        "", description="Where the web app finds the API; derived from API_PORT where unset"
    )
    access: str = Field(
        "home",
        pattern="^(home|tokens)$",
        description="`home`: open on this machine alone; `tokens`: everybody needs one",
    )
    base_url: str = Field(
        "",
        pattern=r"^(https?://[^/\s]+\S*)?$",
        description="The address that people use, where a proxy passes it on; all need tokens then",
    )
    streamlit_server_address: str = Field("127.0.0.1", description="Address the web app listens on")
    streamlit_server_allowed_hosts: str = Field(
        "", description="Further names the web app is asked by, with spaces between"
    )
    admin_token: SecretStr | None = Field(
        None, description="Token of the admin routes; made into the data folder where unset"
    )
    secret_key: SecretStr | None = Field(
        None, description="Key that seals linked accounts; made into the data folder where unset"
    )
    log_level: str = Field(
        "INFO", pattern="^(?i:debug|info|warning|error)$", description="DEBUG, INFO, WARNING, ERROR"
    )
    log_format: str = Field("text", pattern="^(text|json)$", description="`text` or `json`")

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Names that the web app may be asked by, beside this machine's own; none: by any.

        The public one is among them, as soon as there is a choice.
        """
        given = self.streamlit_server_allowed_hosts.replace(",", " ").split()
        if given or is_loopback(self.streamlit_server_address):
            given += _hosts_in(self.base_url)
        return tuple(given)

    @cached_property
    def why_tokens(self) -> str:
        """Why nobody is let in without a token, to stand after "for"; empty where home is open.

        Whoever can be reached from elsewhere can't tell who is at home.
        """
        if self.access == "tokens":
            return "ACCESS is tokens"
        for name, hosts in (
            ("BASE_URL", _hosts_in(self.base_url)),
            ("TRAKT_REDIRECT_URI", _hosts_in(self.trakt_redirect_uri)),
            ("STREAMLIT_SERVER_ALLOWED_HOSTS", self.allowed_hosts),
            ("STREAMLIT_SERVER_ADDRESS", (self.streamlit_server_address,)),
            ("API_HOST", (self.api_host,)),
        ):
            for host in hosts:
                if not (is_loopback(host.lower()) or is_loopback(name_of(host))):
                    return f"{name} names {host or 'every address'}"
        return ""

    @property
    def tmdb_is_set(self) -> bool:
        """Whether TMDB can be asked; where it can't, the sample is the catalogue."""
        return self.tmdb_api_key is not None

    @property
    def trakt_is_set(self) -> bool:
        """Whether there is an app of Trakt's, by which people connect their accounts."""
        return self.trakt_client_id is not None and self.trakt_client_secret is not None

    @property
    def language_model_is_set(self) -> bool:
        """Whether reasons can be worded by a language model."""
        return self.openai_api_key is not None or bool(self.llm_base_url)


def _hosts_in(address: str) -> tuple[str, ...]:
    """The host of an address, if it names one; the address itself where it can't be read."""
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return (address,)
    return (host,) if host else ()


def read_settings(**overrides: object) -> Settings:
    """Read the settings now; overrides are for tests.

    Raises `NotConfigured` naming each setting that can't be used, never its value.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        wrong = "; ".join(
            f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_input=False)
        )
        raise NotConfigured(f"A setting can't be used: {wrong}") from None


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process's settings, read at first use."""
    return read_settings()
