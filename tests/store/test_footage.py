"""The index of recordings: what is put is found, sums add up, nothing becomes worth less."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.values import DAY_US, MINUTE_US, START_US, file, minutes
from vedette.core.archive import FootageStore, Holding
from vedette.core.errors import ConfigError, NotFound
from vedette.core.footage import KEEPS, Gap, Keep, Pin, Segment, Span
from vedette.store import Store
from vedette.store.spans import clipped, merged

ALWAYS = (0, 2**60)
PIN = Pin(
    id="p1", camera="gate", start_us=START_US + MINUTE_US, end_us=START_US + 2 * MINUTE_US, note="?"
)
# Many examples in one database: each has a camera of its own.
in_one_store = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
numbers = count()


def keeps(store: Store, camera: str = "gate") -> list[Keep]:
    return [one.keep for one in store.footage.find(camera, None, ALWAYS)]


def test_the_store_is_what_the_contract_asks_for(store: Store) -> None:
    contract: FootageStore = store.footage
    assert contract.find("gate", None, ALWAYS) == ()
    assert contract.latest("gate", "main") is None
    assert contract.following("gate", None, 0) is None
    assert contract.covered("gate", None, ALWAYS, step_us=0) == []
    assert contract.holdings() == ()
    assert contract.pins(None) == ()
    assert contract.gaps("gate", None, ALWAYS) == ()


@pytest.mark.parametrize(
    "stored",
    [
        file(),
        file(open=True, sha256="", chain="", audio=""),
        file(tier="remote", keep="pinned", origin="backfilled"),
        # Clocks of cameras are wrong.
        file(start_us=0),
        file(start_us=-5),
    ],
)
def test_a_file_comes_back_as_it_was(store: Store, stored: Segment) -> None:
    store.footage.put([stored])
    assert store.footage.get(stored.id) == stored
    assert store.footage.latest("gate", "main") == stored


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (replace(file(), id="gate:main:1"), "should have the id"),
        (file(end_us=START_US - 1), "ends before it begins"),
    ],
)
def test_a_file_that_cannot_be_is_refused_with_all_that_came_with_it(
    store: Store, wrong: Segment, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        store.footage.put([file(1), wrong])
    assert store.footage.find("gate", None, ALWAYS) == ()


@pytest.mark.parametrize(
    "unknown", ["nobody", "gate:main:1", "a:b:c", "::", "a:b:٣", "a:b:" + "9" * 30]
)
def test_what_is_not_there_is_not_found(store: Store, unknown: str) -> None:
    with pytest.raises(NotFound, match="there is no recording"):
        store.footage.get(unknown)
    with pytest.raises(NotFound, match="there is no recording"):
        store.footage.move(unknown, "slow")
    store.footage.forget([unknown])


def test_an_open_file_grows_and_is_closed_once(store: Store) -> None:
    growing = file(open=True, end_us=START_US + 5, size=9, sha256="")
    store.footage.put([growing])
    store.footage.put([replace(growing, end_us=START_US + 7)])
    assert store.footage.get(file().id).end_us == START_US + 7
    store.footage.put([file()])
    store.footage.put([growing])  # came late
    assert store.footage.get(file().id) == file()


def test_files_that_overlap_a_span_are_found_oldest_first(store: Store) -> None:
    sub = file(1.5, stream="sub")
    store.footage.put([file(3), file(1), sub, file(2), file(0), file(1, camera="yard")])
    assert store.footage.find("gate", None, minutes(1.2, 2.5)) == (file(1), sub, file(2))
    # From (inclusive) and until (exclusive).
    assert store.footage.find("gate", "main", minutes(1, 2)) == (file(1),)
    assert store.footage.find("gate", "main", ALWAYS, limit=2) == (file(0), file(1))
    assert store.footage.find("gate", "third", ALWAYS) == ()


def test_the_next_footage_after_a_moment(store: Store) -> None:
    store.footage.put([file(5), file(9), file(7, stream="sub")])
    assert store.footage.following("gate", None, START_US) == file(5)
    assert store.footage.following("gate", None, file(5).start_us) == file(5)
    assert store.footage.following("gate", None, file(5).start_us + 1) == file(7, stream="sub")
    assert store.footage.following("gate", "main", file(5).start_us + 1) == file(9)
    assert store.footage.following("gate", None, file(9).start_us + 1) is None


def test_keep_only_rises(store: Store) -> None:
    store.footage.put([file(0, keep="motion"), file(1)])
    store.footage.put([file(0), file(1, keep="alarm"), file(2)])
    assert keeps(store) == ["motion", "alarm", "continuous"]
    assert store.footage.raise_keep("gate", minutes(0, 2.1), "motion") == 1
    assert store.footage.raise_keep("gate", minutes(0, 2.1), "continuous") == 0
    assert keeps(store) == ["motion", "alarm", "motion"]


def test_what_was_said_of_a_span_holds_for_files_that_come_later(store: Store) -> None:
    assert store.footage.raise_keep("gate", minutes(1.5, 2.5), "alarm") == 0
    store.footage.put([file(0), file(1), file(2), file(3), file(1, camera="yard")])
    assert keeps(store) == ["continuous", "alarm", "alarm", "continuous"]
    assert keeps(store, "yard") == ["continuous"]


def test_an_open_file_that_grows_into_a_marked_span_is_worth_more(store: Store) -> None:
    store.footage.put([file(open=True, end_us=START_US + 1)])
    store.footage.raise_keep("gate", minutes(0.5, 0.6), "alarm")
    assert keeps(store) == ["continuous"]
    store.footage.put([file()])
    assert keeps(store) == ["alarm"]


def test_a_pin_keeps_what_is_there_and_what_comes_and_lets_go(store: Store) -> None:
    store.footage.put([file(0), file(1)])
    other = replace(PIN, id="p2", start_us=PIN.end_us, end_us=PIN.end_us + MINUTE_US)
    store.footage.put_pin(PIN)
    store.footage.put_pin(replace(other, end_us=other.end_us + MINUTE_US))
    store.footage.put_pin(other)
    store.footage.put([file(1.5)])
    assert keeps(store) == ["continuous", "pinned", "pinned"]
    assert store.footage.pins("gate") == store.footage.pins(None) == (PIN, other)
    assert store.footage.pins("yard") == ()
    store.footage.remove_pin("p1")
    assert keeps(store) == ["continuous", "alarm", "pinned"]
    store.footage.remove_pin("p2")
    assert keeps(store) == ["continuous", "alarm", "alarm"]
    with pytest.raises(NotFound, match="there is no pin 'p2'"):
        store.footage.remove_pin("p2")


def test_the_oldest_of_a_class(store: Store) -> None:
    store.footage.put(
        [
            file(0, keep="alarm"),
            file(3),
            file(1, tier="slow"),
            file(2, camera="yard"),
            file(4, open=True),
            file(5),
        ]
    )

    def oldest(**asked: object) -> list[int]:
        fixed: dict[str, object] = {"tier": None, "camera": None, "before_us": minutes(0, 5.5)[1]}
        found = store.footage.oldest("continuous", limit=9, **fixed | asked)  # type: ignore[arg-type]  # fields by name
        return [(one.start_us - START_US) // MINUTE_US for one in found]

    assert oldest() == [1, 2, 3]
    assert oldest(tier="fast") == [2, 3]
    assert oldest(camera="gate") == [1, 3]
    assert oldest(before_us=file(3).end_us) == [1, 2]
    assert len(store.footage.oldest("alarm", tier=None, camera=None, before_us=2**60, limit=9)) == 1
    assert (
        len(store.footage.oldest("continuous", tier=None, camera=None, before_us=2**60, limit=2))
        == 2
    )


def test_gaps_are_found_by_the_spans_they_overlap(store: Store) -> None:
    a_day_on = START_US + DAY_US
    long = Gap(camera="gate", stream="main", start_us=START_US, end_us=a_day_on, cause="disabled")
    short = replace(long, start_us=a_day_on, end_us=a_day_on + 5, cause="silent", detail="é")
    lasting = replace(long, start_us=START_US + 2 * DAY_US, end_us=None, cause="unreachable")
    store.footage.put_gaps([short, lasting, long, replace(long, camera="yard")])

    def found(span: Span) -> tuple[Gap, ...]:
        return store.footage.gaps("gate", None, span)

    assert found(ALWAYS) == (long, short, lasting)
    assert found((START_US + DAY_US - 1, START_US + DAY_US)) == (long,)
    assert found((START_US + DAY_US, START_US + DAY_US + 1)) == (short,)
    assert found((START_US + 50 * DAY_US, START_US + 51 * DAY_US)) == (lasting,)
    assert found((0, START_US)) == ()
    store.footage.put_gaps([replace(lasting, end_us=lasting.start_us + 1)])
    assert found((START_US + 50 * DAY_US, START_US + 51 * DAY_US)) == ()


def test_a_camera_that_never_came_has_its_gap(store: Store) -> None:
    never = Gap(camera="new", stream="main", start_us=START_US, end_us=None, cause="unreachable")
    store.footage.put_gaps([never])
    assert store.footage.gaps("new", None, ALWAYS) == (never,)


some_files = st.dictionaries(st.integers(0, 3_000), st.integers(0, 60), max_size=60)


@given(
    files=some_files,
    after=st.integers(0, 3_000),
    length=st.integers(1, 3_000),
    step=st.integers(0, 2_000),
)
@in_one_store
def test_covered_is_the_union_of_files(
    lasting_store: Store, files: dict[int, int], after: int, length: int, step: int
) -> None:
    camera, second = f"c{next(numbers)}", 1_000_000
    lasting_store.footage.put(
        [
            file(
                camera=camera, start_us=start * second, end_us=(start + lasts) * second, media_us=0
            )
            for start, lasts in files.items()
        ]
    )
    span = (after * second, (after + length) * second)
    found = lasting_store.footage.covered(camera, None, span, step_us=step * second)
    inside = [
        (start * second, (start + lasts) * second)
        for start, lasts in files.items()
        if start < after + length and start + lasts > after
    ]
    assert found == clipped(merged(inside, step_us=step * second), span)


spans = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 9)).map(lambda s: (s[0], s[0] + s[1]))
)


@given(some=spans, step=st.integers(0, 5))
def test_a_union_has_every_moment_once_and_no_narrow_gap(some: list[Span], step: int) -> None:
    union = merged(some, step_us=step)
    moments = {t for start, end in some for t in range(start, end)}
    held = [t for start, end in union for t in range(start, end)]
    assert len(held) == len(set(held))
    assert moments <= set(held)
    assert all(later[0] - earlier[1] >= max(step, 1) for earlier, later in pairwise(union))
    if not step:
        assert moments == set(held)


change = st.one_of(
    st.tuples(
        st.just("put"), st.integers(0, 9), st.sampled_from(KEEPS), st.integers(0, 99), st.booleans()
    ),
    st.tuples(st.just("forget"), st.integers(0, 9)),
    st.tuples(st.just("raise"), st.integers(0, 9), st.integers(1, 3), st.sampled_from(KEEPS)),
    st.tuples(st.just("move"), st.integers(0, 9), st.sampled_from(["fast", "slow", "remote"])),
)


@given(changes=st.lists(change, max_size=20))
@in_one_store
def test_sums_are_those_of_the_files_and_keep_never_falls(
    lasting_store: Store, changes: list[tuple[object, ...]]
) -> None:
    camera, footage = f"s{next(numbers)}", lasting_store.footage
    worth: dict[str, int] = {}
    for one in changes:
        apply(lasting_store, camera, one)
        files = footage.find(camera, None, ALWAYS)
        for known in files:
            assert KEEPS.index(known.keep) >= worth.get(known.id, 0)
        worth = {known.id: KEEPS.index(known.keep) for known in files}
    summed: defaultdict[tuple[str, str], list[Segment]] = defaultdict(list)
    for known in footage.find(camera, None, ALWAYS):
        summed[known.keep, known.tier].append(known)
    assert {held for held in footage.holdings() if held.camera == camera} == {
        Holding(
            camera=camera,
            keep=held[0].keep,
            tier=held[0].tier,
            files=len(held),
            size=sum(one.size for one in held),
            media_us=sum(one.media_us for one in held),
            oldest_us=held[0].start_us,
            newest_us=held[-1].end_us,
        )
        for held in summed.values()
    }


def apply(store: Store, camera: str, change: tuple[object, ...]) -> None:
    """Do one of the things that change files."""
    match change:
        case ("put", int(minute), keep, int(size), bool(still_open)):
            store.footage.put([file(minute, camera=camera, keep=keep, size=size, open=still_open)])
        case ("forget", int(minute)):
            store.footage.forget([file(minute, camera=camera).id])
        case ("raise", int(minute), int(length), keep):
            store.footage.raise_keep(camera, minutes(minute, minute + length), keep)  # type: ignore[arg-type]  # one of KEEPS
        case ("move", int(minute), tier):
            if any(one == file(minute, camera=camera).id for one in ids(store, camera)):
                store.footage.move(file(minute, camera=camera).id, tier)  # type: ignore[arg-type]  # a tier
        case _:
            raise AssertionError(change)


def ids(store: Store, camera: str) -> list[str]:
    """Ids of a camera's files."""
    return [one.id for one in store.footage.find(camera, None, ALWAYS)]
