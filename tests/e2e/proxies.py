"""nginx and Caddy with the files of docs/proxy, in the foreground on loopback."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.e2e.program import ROOT, free_port, until

FILES = ROOT / "docs" / "proxy"
WEB, API = "watcher.example", "api.watcher.example"
NGINX, CADDY = "/usr/sbin/nginx", "/usr/bin/caddy"


@dataclass(frozen=True)
class Proxy:
    """Where it listens: `port` for TLS, `plain` for none."""

    port: int
    plain: int

    def client(self, name: str, token: str = "") -> httpx2.Client:
        """Asks by this name, as a program elsewhere does."""
        headers = {"Host": f"{name}:{self.port}"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        client = httpx2.Client(
            base_url=f"https://127.0.0.1:{self.port}",
            headers=headers,
            verify=False,  # a certificate of the test's own
            trust_env=False,
            timeout=30,
        )
        client.event_hooks = {"request": [lambda asked: _by_name(asked, name)]}
        return client


def _by_name(asked: httpx2.Request, name: str) -> None:
    asked.extensions["sni_hostname"] = name


@contextmanager
def nginx(folder: Path, api: str, web: str, file: str = "") -> Iterator[Proxy]:
    """nginx before these addresses, with the documented file unless another is given."""
    proxy = Proxy(free_port(), free_port())
    _certificate(folder)
    text = file or (FILES / "nginx.conf").read_text()
    changed = {
        "listen 80;": f"listen 127.0.0.1:{proxy.plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{proxy.port} ssl;",
        "/etc/ssl/watcher.example": str(folder),
        "http://127.0.0.1:8501": web,
        "http://127.0.0.1:8080": api,
    }
    (folder / "site.conf").write_text(_with(text, changed))
    own = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{own}include {folder}/site.conf; }}\n"
    )
    command = [NGINX, "-p", str(folder), "-e", f"{folder}/log", "-c", f"{folder}/nginx.conf"]
    with _running(command, folder, proxy):
        yield proxy


@contextmanager
def caddy(folder: Path, api: str, web: str) -> Iterator[Proxy]:
    """Caddy before these addresses, with the documented file and certificates of its own making."""
    proxy = Proxy(free_port(), free_port())
    changed = {
        "127.0.0.1:8501": web.removeprefix("http://"),
        "127.0.0.1:8080": api.removeprefix("http://"),
    }
    (folder / "Caddyfile").write_text(
        "{\nadmin off\nlocal_certs\nskip_install_trust\ndefault_bind 127.0.0.1\n"
        f"https_port {proxy.port}\nhttp_port {proxy.plain}\nstorage file_system {folder}/kept\n}}\n"
        + _with((FILES / "Caddyfile").read_text(), changed)
    )
    command = [CADDY, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with _running(command, folder, proxy):
        yield proxy


def _with(text: str, changed: Mapping[str, str]) -> str:
    for before, after in changed.items():
        text = text.replace(before, after)
    return text


@contextmanager
def _running(command: list[str], folder: Path, proxy: Proxy) -> Iterator[None]:
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env={"HOME": str(folder)}
        )

    def answers() -> bool:
        assert process.poll() is None, (folder / "out").read_text()
        try:
            with proxy.client(API) as client:
                return client.get("/health").status_code == 200
        except httpx2.HTTPError:
            return False

    try:
        until(answers, "the proxy answers")
        yield
    finally:
        process.terminate()
        process.wait(10)


def _certificate(folder: Path) -> None:
    """One for both names, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, WEB)])
    names = x509.SubjectAlternativeName([x509.DNSName(WEB), x509.DNSName(API)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
