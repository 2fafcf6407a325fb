"""The web app is built when its sources changed, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.webapp import Node, WebApp, WebAppError, recent


class DrawnNode(Node):
    """Stands in for Node: notes what npm was asked for and leaves what npm would leave."""

    def __init__(self, *, leaves_page: bool = True) -> None:
        self.asked: list[str] = []
        self.leaves_page = leaves_page

    def run(self, folder: Path, *arguments: str, quiet: bool = False) -> None:
        self.asked.append(" ".join(word for word in arguments if not word.startswith("-")))
        if arguments[0] == "ci":
            (folder / "node_modules").mkdir(exist_ok=True)
        elif self.leaves_page:
            built = folder.parent / "src" / "vedette" / "web" / "dist"
            built.mkdir(parents=True, exist_ok=True)
            (built / "index.html").write_text("page")


@pytest.fixture(name="app")
def fixture_app(tmp_path: Path) -> WebApp:
    (tmp_path / "ui" / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "src/main.tsx"):
        (tmp_path / "ui" / name).write_text(name)
    return WebApp(tmp_path)


def test_a_build_is_fresh_until_a_source_changes(app: WebApp) -> None:
    assert not app.fresh()
    app.build(DrawnNode())
    assert app.fresh()
    (app.source / "src" / "main.tsx").write_text("changed")
    assert not app.fresh()


def test_a_moved_source_is_a_change(app: WebApp) -> None:
    before = app.digest()
    (app.source / "src" / "main.tsx").rename(app.source / "src" / "start.tsx")
    assert app.digest() != before


@pytest.mark.parametrize("product", ["node_modules", "dist", "coverage", "test-results"])
def test_products_are_no_sources(app: WebApp, product: str) -> None:
    before = app.digest()
    (app.source / product).mkdir()
    (app.source / product / "anything.js").write_text("1")
    assert app.digest() == before


def test_packages_are_installed_again_only_for_a_new_lock(app: WebApp) -> None:
    node = DrawnNode()
    app.build(node)
    app.build(node)
    (app.source / "package-lock.json").write_text("newer")
    app.build(node)
    assert node.asked == ["ci", "run build", "run build", "ci", "run build"]


def test_a_build_without_a_page_is_an_error(app: WebApp) -> None:
    with pytest.raises(WebAppError, match=r"left no index\.html"):
        app.build(DrawnNode(leaves_page=False))
    assert not app.fresh()


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ((18, 20, 0), False),
        ((20, 18, 3), False),
        ((20, 19, 0), True),
        ((21, 7, 0), False),  # odd ones end early; Vite leaves them out
        ((22, 11, 0), False),
        ((22, 12, 0), True),
        ((24, 19, 0), True),
        ((0,), False),  # a node that does not run
    ],
)
def test_node_is_recent_enough(version: tuple[int, ...], enough: bool) -> None:
    assert recent(version) is enough
