"""Figures in Prometheus' text form, read from the board at each scrape."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from vedette.access.rights import Caller, sees
from vedette.core.facts import AlarmState
from vedette.core.queries import AlarmQuery
from vedette.web.wiring import Wiring

__all__ = ["CONTENT_TYPE", "exposition"]

CONTENT_TYPE = CONTENT_TYPE_LATEST
_OPEN: tuple[AlarmState, ...] = ("new", "acknowledged", "assigned", "escalated")
_MOST_COUNTED = 500


def exposition(wiring: Wiring, caller: Caller) -> bytes:
    """All figures about what the caller may see."""
    registry = CollectorRegistry()
    registry.register(_Figures(wiring, caller))
    return generate_latest(registry)


class _Figures:
    """What `prometheus_client` asks for families of figures."""

    def __init__(self, wiring: Wiring, caller: Caller) -> None:
        self._wiring, self._caller = wiring, caller

    def collect(self) -> Iterator[Metric]:
        yield from self._streams()
        yield from self._recorders()
        yield from self._lanes()
        yield from self._processes()
        yield from self._facts()
        yield from self._viewers()

    def _streams(self) -> Iterator[Metric]:
        labels = ["camera", "stream"]
        live = GaugeMetricFamily("vedette_camera_up", "1 while pictures arrive", labels=labels)
        fps = GaugeMetricFamily("vedette_camera_fps", "Pictures received a second", labels=labels)
        bits = GaugeMetricFamily("vedette_camera_bitrate_bps", "Bits received", labels=labels)
        totals = {
            name: CounterMetricFamily(f"vedette_camera_{name}", words, labels=labels)
            for name, words in (
                ("packets", "Packets received"),
                ("dropped", "Packets dropped for slow readers"),
                ("damaged", "Packets that arrived damaged"),
                ("reconnects", "Connections made anew"),
            )
        }
        for one in self._wiring.board.streams():
            if not sees(self._caller, one.camera):
                continue
            names = [one.camera, one.stream]
            live.add_metric(names, float(one.state == "live"))
            fps.add_metric(names, one.fps)
            bits.add_metric(names, one.bitrate_bps)
            for name, family in totals.items():
                family.add_metric(names, getattr(one, name))
        yield from (live, fps, bits, *totals.values())

    def _recorders(self) -> Iterator[Metric]:
        labels = ["camera", "stream"]
        on = GaugeMetricFamily("vedette_recording", "1 while it is recorded", labels=labels)
        rate = GaugeMetricFamily("vedette_recorded_bytes_per_s", "Bytes written", labels=labels)
        waiting = GaugeMetricFamily(
            "vedette_recorder_waiting_bytes", "Bytes not yet written", labels=labels
        )
        dropped = CounterMetricFamily(
            "vedette_recorder_dropped", "Packets the disk was too slow for", labels=labels
        )
        for one in self._wiring.board.recorders():
            if sees(self._caller, one.camera):
                names = [one.camera, one.stream]
                on.add_metric(names, float(one.recording))
                rate.add_metric(names, one.bytes_per_s)
                waiting.add_metric(names, one.waiting_bytes)
                dropped.add_metric(names, one.dropped)
        yield from (on, rate, waiting, dropped)

    def _lanes(self) -> Iterator[Metric]:
        labels = ["camera"]
        fps = GaugeMetricFamily("vedette_analysed_fps", "Pictures analysed", labels=labels)
        wanted = GaugeMetricFamily("vedette_analysed_wanted_fps", "As configured", labels=labels)
        lag = GaugeMetricFamily("vedette_lag_seconds", "From packet to result", labels=labels)
        dropped = CounterMetricFamily(
            "vedette_analysed_dropped", "Pictures left out", labels=labels
        )
        for one in self._wiring.board.lanes():
            if not sees(self._caller, one.camera):
                continue
            fps.add_metric([one.camera], one.fps)
            wanted.add_metric([one.camera], one.wanted_fps)
            lag.add_metric([one.camera], one.lag_us / 1_000_000)
            dropped.add_metric([one.camera], one.dropped)
        yield from (fps, wanted, lag, dropped)

    def _processes(self) -> Iterator[Metric]:
        labels = ["process"]
        up = GaugeMetricFamily("vedette_process_up", "1 while it runs", labels=labels)
        cpu = GaugeMetricFamily("vedette_process_cpu_fraction", "Share of a core", labels=labels)
        rss = GaugeMetricFamily("vedette_process_rss_bytes", "Memory held", labels=labels)
        restarts = CounterMetricFamily("vedette_process_restarts", "Started anew", labels=labels)
        for one in self._wiring.board.processes():
            up.add_metric([one.name], float(one.state == "running"))
            cpu.add_metric([one.name], one.cpu_fraction)
            rss.add_metric([one.name], one.rss_bytes)
            restarts.add_metric([one.name], one.restarts)
        yield from (up, cpu, rss, restarts)

    def _facts(self) -> Iterator[Metric]:
        labels = ["camera", "rule"]
        events = CounterMetricFamily("vedette_events", "Events since start", labels=labels)
        opened = CounterMetricFamily("vedette_alarms_opened", "Alarms since start", labels=labels)
        board = self._wiring.board
        for family, counts in ((events, board.events()), (opened, board.alarms())):
            for (camera, rule), count in sorted(counts.items()):
                if sees(self._caller, camera):
                    family.add_metric([camera, rule], count)
        yield from (events, opened, self._alarms())

    def _alarms(self) -> Metric:
        words = f"Alarms that are not closed, by state; at most {_MOST_COUNTED} are counted"
        family = GaugeMetricFamily("vedette_alarms", words, labels=["state"])
        for state in _OPEN:
            query = AlarmQuery(states=(state,), limit=_MOST_COUNTED)
            found = self._wiring.parts.alarms.find(query).items
            count = sum(sees(self._caller, alarm.camera) for alarm in found)
            family.add_metric([state], count)
        return family

    def _viewers(self) -> Iterator[Metric]:
        labels = ["camera", "stream"]
        family = GaugeMetricFamily("vedette_live_viewers", "Who watches live", labels=labels)
        for (camera, stream), count in self._wiring.live.watched().items():
            if sees(self._caller, camera):
                family.add_metric([camera, stream], count)
        yield family
