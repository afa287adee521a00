"""Pictures of the running web app for the README: `python scripts/screenshot.py URL`."""

import argparse
from pathlib import Path
from typing import Final, Literal, NamedTuple

from playwright.sync_api import Browser, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
FOLDER: Final = Path(__file__).parents[1] / "docs" / "images"
WAIT_MS: Final = 30_000
OTHERS_WORDS: Final = ".w-overview, .w-tagline, .w-about"


class Shot(NamedTuple):
    """One picture: its file, the page's address, how it is looked at, and what must be there."""

    name: str
    address: str
    scheme: Literal["light", "dark"]
    width: int
    height: int
    awaited: str = ".w-card"


_SPACE: Final = "similar?q=space+crew+alone+with+something+alien"
_TWIST: Final = "similar?q=mind-bending+thriller+with+a+twist+ending"
_SEVERAL: Final = "similar?like=movie-603&like=movie-348&unlike=movie-604"

README_SHOTS: Final = (
    Shot("similar", "similar?title=movie-603", "light", 1280, 1000),
    Shot("similar-dark", _SPACE, "dark", 1280, 1000),
    Shot("similar-phone", _TWIST, "light", 390, 844),
    Shot("recommendations", "recommendations?show=movie", "light", 1280, 1000),
    Shot("taste", "taste", "light", 1280, 1000, ".w-count"),
    Shot("history-dark", "history", "dark", 1280, 1000, "h1"),
    Shot("taste-phone", "taste", "light", 390, 844, ".w-count"),
)
"""The pictures that stand in the repository; a person must have a history for the last four."""

PAGES: Final = {
    "home": ("", ".w-card"),
    "first-steps": ("?pick=1", ".w-card"),
    "recommendations": ("recommendations", ".w-card"),
    "start": ("similar", ".w-card"),
    "several": (_SEVERAL, ".w-card"),
    "history": ("history", "h1"),
    "import": ("history?view=import", "[data-testid=stFileUploader]"),
    "names": ("history?view=names", "h1"),
    "taste": ("taste", ".w-count"),
    "people": ("people", "h1"),
    "admin": ("admin", "h1"),
}
LOOKS: Final[dict[str, tuple[Literal["light", "dark"], int, int]]] = {
    "light": ("light", 1280, 1000),
    "dark": ("dark", 1280, 1000),
    "phone": ("light", 390, 844),
}


def main() -> None:
    """Read the command line and take every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="address of the running web app, http://127.0.0.1:8501")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    parser.add_argument("--chromium", default=CHROMIUM, help="path of the browser")
    parser.add_argument(
        "--every-page", action="store_true", help="each page too, in light, in dark, on a phone"
    )
    parser.add_argument("--profile", default="", help="whose, where there are several people")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=arguments.chromium, args=list(ARGUMENTS)
        )
        for shot in (*README_SHOTS, *(every_page() if arguments.every_page else ())):
            path = arguments.folder / f"{shot.name}.png"
            address = as_seen_by(arguments.profile, shot.address)
            url = f"{arguments.url.rstrip('/')}/{address}"
            take(browser, url, shot, path, ours=arguments.folder.resolve() == FOLDER)
            print(f"{path} ({path.stat().st_size // 1024} KB)")
        browser.close()


def as_seen_by(profile: str, address: str) -> str:
    """The address for this person, or for the only one."""
    return f"{address}{'&' if '?' in address else '?'}profile={profile}" if profile else address


def every_page() -> list[Shot]:
    """Each page in each look."""
    return [
        Shot(f"{page}-{look}", address, scheme, width, height, awaited)
        for page, (address, awaited) in PAGES.items()
        for look, (scheme, width, height) in LOOKS.items()
    ]


def take(browser: Browser, url: str, shot: Shot, path: Path, *, ours: bool) -> None:
    """Open the page as this shot says and write it as PNG; fails where that doesn't come.

    A picture that is `ours`, for the repository, must not hold overviews or taglines: those are
    other people's words. Raises `SystemExit` where it would.
    """
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.scheme
    )
    page.goto(url)
    page.locator(shot.awaited).first.wait_for(timeout=WAIT_MS)
    page.locator(".w-foot").wait_for(state="attached", timeout=WAIT_MS)
    # Widgets come after the text: until then, grey places stand for them.
    page.wait_for_function(
        "() => document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'"
        " && !document.querySelector('[data-testid=stSkeleton], #w-first')",
        timeout=WAIT_MS,
    )
    if ours and page.locator(OTHERS_WORDS).count():
        raise SystemExit(
            f"{url} shows overviews or taglines. The repository's pictures are of the sample, "
            "which has none: start watcher on that, or say another --folder."
        )
    # Posters come from the network: wait for those that come, not for those that don't, nor for
    # those further down, which a browser fetches later.
    page.wait_for_function(
        "() => [...document.querySelectorAll('.w-poster')].every("
        "i => i.complete || i.getBoundingClientRect().top > innerHeight)",
        timeout=WAIT_MS,
    )
    page.evaluate("document.fonts.ready")
    page.screenshot(path=path)
    page.close()


if __name__ == "__main__":
    main()
