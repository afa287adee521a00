"""Pictures of the running web app for the README: `python scripts/screenshot.py URL`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final, Literal, NamedTuple

from playwright.sync_api import Browser, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
FOLDER: Final = Path(__file__).parents[1] / "docs" / "images"
WAIT_MS: Final = 30_000


class Shot(NamedTuple):
    """One picture: its file, what the page shows, and how it is looked at."""

    name: str
    query: str
    scheme: Literal["light", "dark"]
    width: int
    height: int


SHOTS: Final = (
    Shot("similar", "?title=movie-603", "light", 1280, 1000),
    Shot("similar-dark", "?q=space+crew+alone+with+something+alien", "dark", 1280, 1000),
    Shot("similar-phone", "?q=mind-bending+thriller+with+a+twist+ending", "light", 390, 844),
)


def main() -> None:
    """Read the command line and take every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="address of the running web app, http://127.0.0.1:8501")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    parser.add_argument("--chromium", default=CHROMIUM, help="path of the browser")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=arguments.chromium, args=list(ARGUMENTS)
        )
        for shot in SHOTS:
            path = arguments.folder / f"{shot.name}.png"
            take(browser, arguments.url.rstrip("/"), shot, path)
            print(f"{path} ({path.stat().st_size // 1024} KB)")
        browser.close()


def take(browser: Browser, url: str, shot: Shot, path: Path) -> None:
    """Open one page as this shot says and write it as PNG; fails where no card comes."""
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.scheme
    )
    page.goto(f"{url}/{shot.query}")
    page.locator(".w-card").first.wait_for(timeout=WAIT_MS)
    page.locator(".w-foot").wait_for(state="attached", timeout=WAIT_MS)
    # Widgets come after the text: until then, grey places stand for them.
    page.wait_for_function(
        "() => document.querySelector('.stApp').dataset.testScriptState === 'notRunning'"
        " && !document.querySelector('[data-testid=stSkeleton]')",
        timeout=WAIT_MS,
    )
    # Posters come from the network: wait for those that come, not for those that don't.
    page.wait_for_function(
        "() => [...document.querySelectorAll('.w-poster')].slice(0, 12).every(i => i.complete)",
        timeout=WAIT_MS,
    )
    page.evaluate("document.fonts.ready")
    page.screenshot(path=path)
    page.close()


if __name__ == "__main__":
    main()
