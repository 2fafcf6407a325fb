"""The configuration: revisions, conflicts, and passwords that only the key opens."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text

from tests.store.values import PASSWORD, camera, site
from vedette.core.clock import SimulatedClock
from vedette.core.errors import Conflict, NotFound, StoreError
from vedette.core.site import Site
from vedette.store import Store, open_store
from vedette.store.sites import KEPT, Revision

SAVE = """
import sys
from dataclasses import replace
from vedette.core.errors import Conflict
from vedette.store import open_store
store = open_store(sys.argv[1], sys.argv[2].encode())
saved = refused = 0
while saved < 10:
    site = store.site.load()
    try:
        store.site.save(replace(site, name=f"{site.name}{sys.argv[3]}"), author=sys.argv[3])
        saved += 1
    except Conflict:
        refused += 1
store.close()
print(saved)
"""


def test_at_first_there_is_an_empty_site(store: Store) -> None:
    assert store.site.load() == Site()
    assert store.site.revision() == 0
    assert store.site.history(5) == ()


def test_what_was_saved_is_loaded_with_its_passwords(store: Store) -> None:
    saved = store.site.save(site("gate", "hall"), author="me")
    loaded = store.site.load()
    assert loaded == saved == replace(site("gate", "hall"), revision=1)
    secret = loaded.camera("gate").streams[0].source.secrets["password"]
    assert secret.get_secret_value() == PASSWORD


def test_each_change_is_a_revision(store: Store, clock: SimulatedClock) -> None:
    first = store.site.save(site("gate"), author="me")
    clock.sleep(60)
    second = store.site.save(replace(first, name="Yard"), author="you")
    assert store.site.revision() == second.revision == 2
    now_us = clock.now_us()
    assert store.site.history(5) == (
        Revision(revision=2, author="you", saved_us=now_us),
        Revision(revision=1, author="me", saved_us=now_us - 60_000_000),
    )
    assert store.site.at(1) == first
    with pytest.raises(NotFound, match="no revision 3"):
        store.site.at(3)


@pytest.mark.parametrize("revision", [0, 2, -1])
def test_a_change_of_anything_but_the_newest_is_refused(store: Store, revision: int) -> None:
    store.site.save(site("gate"), author="me")
    with pytest.raises(Conflict, match=f"revision {revision} is not the newest"):
        store.site.save(replace(site("hall"), revision=revision), author="you")
    assert store.site.load().cameras == (camera("gate"),)


def test_of_many_changes_at_once_one_is_kept(store: Store) -> None:
    refused: list[Conflict] = []

    def save(name: str) -> None:
        try:
            store.site.save(Site(name=name), author=name)
        except Conflict as conflict:
            refused.append(conflict)

    people = [threading.Thread(target=save, args=(f"person {n}",)) for n in range(8)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(refused) == 7
    assert store.site.revision() == 1


def test_changes_of_two_processes_are_all_kept(store: Store, where: str, key: bytes) -> None:
    store.site.save(Site(name=":"), author="me")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SAVE, where, key, name], stdout=subprocess.PIPE, text=True
        )
        for name in ("a", "b")
    ]
    assert [process.communicate(timeout=50)[0] for process in processes] == ["10\n"] * 2
    kept = store.site.load()
    assert kept.revision == 21
    assert (kept.name.count("a"), kept.name.count("b")) == (10, 10)


def test_only_so_many_revisions_are_kept(store: Store) -> None:
    kept = Site()
    for _ in range(KEPT + 3):
        kept = store.site.save(kept, author="me")
    assert len(store.site.history(2 * KEPT)) == KEPT
    assert store.site.at(4).revision == 4
    with pytest.raises(NotFound):
        store.site.at(3)


def test_no_password_lies_in_the_database(store: Store, where: str) -> None:
    store.site.save(site("gate"), author="me")
    engine = create_engine(where if "://" in where else f"sqlite:///{where}")
    with engine.connect() as connection:
        stored = connection.scalar(text("SELECT site FROM site_revision"))
    engine.dispose()
    assert "10.0.0.9" in str(stored)
    assert PASSWORD not in str(stored)
    for file in Path(where).parent.glob("vedette.db*"):
        assert PASSWORD.encode() not in file.read_bytes()


def test_another_key_opens_no_password(store: Store, where: str) -> None:
    store.site.save(site("gate"), author="me")
    stranger = open_store(where, Fernet.generate_key())
    with pytest.raises(StoreError, match="encrypted with another key"):
        stranger.site.load()
    stranger.close()


def test_a_new_key_before_the_old_one_opens_all(store: Store, where: str, key: bytes) -> None:
    store.site.save(site("gate"), author="me")
    both = Fernet.generate_key() + b"\n" + key
    renewed = open_store(where, both)
    assert renewed.site.load().cameras == (camera("gate"),)
    renewed.close()


def test_a_configuration_that_cannot_be_read_says_where(store: Store, where: str) -> None:
    store.site.save(site("gate"), author="me")
    engine = create_engine(where if "://" in where else f"sqlite:///{where}")
    with engine.begin() as connection:
        connection.execute(text("""UPDATE site_revision SET site = '{"nmae": "Hof"}'"""))
    engine.dispose()
    with pytest.raises(StoreError, match=r"site\.nmae: there is no such option"):
        store.site.load()
