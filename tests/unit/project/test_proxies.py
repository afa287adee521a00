"""The proxies' files in the docs agree with each other, and with where watcher listens."""

import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # it has no types

from app.settings import Settings

FILES = Path(__file__).resolve().parents[3] / "docs" / "proxy"
FIELDS = Settings.model_fields
WANTED = {
    "watcher.example": f"127.0.0.1:{FIELDS['ui_port'].default}",
    "api.watcher.example": f"127.0.0.1:{FIELDS['api_port'].default}",
}


def test_nginx_leads_each_name_to_its_part_and_passes_it_on() -> None:
    text = (FILES / "nginx.conf").read_text()
    servers = [one for one in text.split("\nserver {")[1:] if "proxy_pass" in one]
    pattern = r"server_name (\S+);.*proxy_pass http://(\S+);"
    found = [re.search(pattern, one, re.DOTALL) for one in servers]
    assert {one[1]: one[2] for one in found if one} == WANTED
    for one in servers:
        assert "proxy_set_header Host $http_host;" in one
        assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in one


def test_caddy_leads_each_name_to_its_part() -> None:
    text = (FILES / "Caddyfile").read_text()
    sites = re.findall(r"^(\S+) {\n\treverse_proxy (\S+)\n}", text, re.MULTILINE)
    assert dict(sites) == WANTED


def test_traefik_leads_each_name_to_its_part_by_what_its_own_file_opens() -> None:
    own, rules = (_read(name) for name in ("traefik.yml", "watcher.yml"))
    assert own["providers"]["file"]["filename"].endswith("/watcher.yml")
    services = rules["http"]["services"]
    led = {}
    for router in rules["http"]["routers"].values():
        assert set(router["entryPoints"]) <= set(own["entryPoints"])
        assert router["tls"]["certResolver"] in own["certificatesResolvers"]
        balancer = services[router["service"]]["loadBalancer"]
        assert balancer["passHostHeader"] is True
        (server,) = balancer["servers"]
        name = re.fullmatch(r"Host\(`(\S+)`\)", router["rule"])
        assert name
        led[name[1]] = server["url"].removeprefix("http://")
    assert led == WANTED


def test_the_page_names_each_file_and_setting() -> None:
    page = (FILES.parent / "behind-a-proxy.md").read_text()
    for file in FILES.rglob("*.*"):
        assert f"proxy/{file.relative_to(FILES)}" in page
    for setting in re.findall(r"^([A-Z_]+)=", page, re.MULTILINE):
        assert setting.lower() in FIELDS


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FILES / "traefik" / name).read_text())
    return found
