"""Makes the picture of the page in docs/app.md: a drawn film, analysed in Chromium.

    python lab/tools/app_picture.py --out docs/images/app_page.png

Needs ``pip install "tgdfer_mm[app,browser]"`` and Chromium. The film has two people;
the first moment of the first track is chosen.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the checkout's own code

from lab.film import FilmSpec, write_film
from lab.served_page import ARGUMENTS, NAMES, find_chromium, served_page

WIDTH, SCALE = 960, 0.75  # CSS pixels, and pixels of the picture for each


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=Path('docs/images/app_page.png'))
    parser.add_argument('--seed', type=int, default=0, help='of the film')
    parser.add_argument('--chromium', default=find_chromium())
    return parser.parse_args(argv)


def take_picture(page, film: Path, out: Path) -> None:
    """Analyses a film on the page, and saves the page down to the first timeline.

    Args:
        page: Opened page of Playwright.
        film: Video.
        out: Picture to write.
    """
    page.set_input_files('#file', film)
    page.click('#start')
    page.wait_for_selector('#results:not([hidden])', timeout=600_000)
    page.locator('.moments button').first.click()
    page.wait_for_function("document.getElementById('video').currentTime > 0")
    page.locator('.track').first.locator('img').first.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)  # the video shows the frame that it went to
    page.evaluate('window.scrollTo(0, 0)')
    timeline = page.locator('.track').first.locator('img').last.bounding_box()
    height = timeline['y'] + timeline['height']
    page.screenshot(
        path=out, full_page=True, clip=dict(x=0, y=0, width=WIDTH, height=height)
    )


def main() -> None:
    """Draws the film, serves the page, takes the picture."""
    args = parse_args()
    if args.chromium is None:
        sys.exit(f'--chromium: none of {", ".join(NAMES)} is installed')
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sys.exit('playwright is missing: pip install "tgdfer_mm[browser]"')
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / 'film.mp4'
        write_film(film, FilmSpec(seed=args.seed))
        with served_page(Path(folder)) as address, sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=args.chromium, args=ARGUMENTS
            )
            page = browser.new_page(
                viewport=dict(width=WIDTH, height=900), device_scale_factor=SCALE
            )
            page.goto(address)
            take_picture(page, film, args.out)
    print(f'{args.out} is written')


if __name__ == '__main__':
    main()
