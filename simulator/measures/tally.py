"""The measurements of a run, counted event by event."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from reference_system.dispatch.commands import Command
from scenarios.scenario import ForeignCapture, Scenario
from simulator.fleet import Flags, Fleet
from simulator.gaps import FAR
from simulator.measurement import Measurement
from simulator.network.uplink import busy_ms, bytes_sent, limited_ms, peak_active, peak_queue
from simulator.playout.case import SEVERITIES
from simulator.virtual import Chunk, Event, UplinkUsed

from .air import foreign_ms, outside_hours_ms
from .bulletins import BulletinCounts, Bulletins, Plays, share
from .latencies import Latencies
from .presence import Presence

IN_TIME_MS = 20_000


class Tally:
    """Counts the events of a run as they come; see `measurements`."""

    def __init__(self, scenario: Scenario, fleet: Fleet, commands: Sequence[Command]) -> None:
        """Nothing has happened yet."""
        self.scenario = scenario
        self.fleet = fleet
        self.bulletins = Bulletins(fleet, commands, [slot.id for slot in scenario.programme])
        self.presence = Presence(scenario.horizon_ms)
        self.uplinks: list[UplinkUsed] = []
        self.heard = 0
        self.cancelled = 0
        self.after_cancel = 0
        self.between_cancel = 0
        self.wrong_area = 0
        self.outside_hours_ms = 0
        self.foreign_ms = 0

    def add(self, event: Event) -> None:
        """Counts one more event."""
        if isinstance(event, UplinkUsed):
            self.uplinks.append(event)
            return
        profile = self.fleet.profile_of(event.places)
        self.presence.add(event, self.scenario.seed, profile)
        captures = [f for f in self.scenario.faults if isinstance(f, ForeignCapture)]
        self.foreign_ms += foreign_ms(event, self.fleet, captures)
        if not event.told.items:
            return
        self.bulletins.add(event, Plays.of(event))
        self._count_cancels(event)
        addressed = event.told.by_row(np.where(event.told.addressed, 0, FAR), "start") < FAR
        self.heard += int((event.heard.first < FAR).sum())
        self.wrong_area += int(((event.heard.first < FAR) & ~addressed).sum())
        if self.scenario.hours is not None:
            plan, segments = event.told.plan, event.segments
            urgency = event.told.plans.urgency[segments.item, plan[segments.device]]
            timed = segments.take(urgency >= SEVERITIES)
            outside = outside_hours_ms(
                timed.start, timed.end, self.scenario.hours, self.scenario.start
            )
            self.outside_hours_ms += int(outside.sum())

    def _count_cancels(self, chunk: Chunk) -> None:
        """Device-plays with sound after a cancel reached the device, and after it was issued."""
        segments, cancelled = chunk.segments, chunk.batch.cancelled
        told = chunk.told
        issued_at = [[FAR if c.action == "start" else c.issued_ms] for c in told.commands]
        issued = told.by_row(np.where(told.addressed, issued_at, FAR), "cancel")
        self.cancelled += int((issued < FAR).sum())
        place = (segments.item, segments.device)
        after = segments.end > cancelled[place]
        between = ~after & (segments.end > issued[place])
        for name, sounding in (("after_cancel", after), ("between_cancel", between)):
            marked: Flags = np.zeros(cancelled.shape, np.bool_)
            marked[segments.item[sounding], segments.device[sounding]] = True
            setattr(self, name, getattr(self, name) + int(marked.sum()))

    def measurements(self) -> dict[str, Measurement]:
        """Everything that targets may be judged by, by name."""
        counts = self.bulletins.counts
        emergencies = [b for b in counts if b.bulletin_class == "emergency"]
        programme = [b for b in counts if b.programme]
        latencies = Latencies()
        for bulletin in emergencies:
            latencies.join(bulletin.latencies)
        online = latencies.sample
        in_time = Fraction(latencies.within(IN_TIME_MS), online) if online else None
        presence, horizon_ms = self.presence, self.scenario.horizon_ms
        device_ms = presence.devices * horizon_ms
        repeated = sum(b.repeated for b in counts)
        measured = {
            "emergency_reach_20s": Measurement(in_time, "share", online),
            "emergency_reach_online": _share(emergencies, "heard_online", "online"),
            "emergency_reach_all": _share(emergencies, "heard", "addressed"),
            "emergency_devices": self._of_devices(emergencies),
            "emergency_households": self._of_households(emergencies),
            "emergency_inferred": _share(emergencies, "inferred", "inferred_of"),
            "programme_complete": _share(programme, "complete", "addressed"),
            "duplicates": Measurement(repeated, "count", self.heard),
            "after_cancel": Measurement(self.after_cancel, "count", self.cancelled),
            "between_cancel": Measurement(self.between_cancel, "count", self.cancelled),
            "wrong_area": Measurement(self.wrong_area, "count", self.heard),
            "availability": Measurement(
                Fraction(device_ms - presence.away_ms, device_ms), "share", presence.devices
            ),
            "loss_shown": presence.loss_shown(),
            "returns_per_second": Measurement(
                presence.most_returns_per_s, "count", presence.devices
            ),
            "foreign_sound": Measurement(self.foreign_ms, "ms", presence.devices),
        }
        for name, at in (("p50", 50), ("p95", 95), ("p99", 99), ("max", 100)):
            measured[f"emergency_t4_{name}"] = latencies.quantile(Fraction(at, 100))
        if self.scenario.hours is not None:
            measured["outside_hours"] = Measurement(self.outside_hours_ms, "ms", self.heard)
        if self.uplinks:
            limited = max(limited_ms(one.use) for one in self.uplinks)
            measured["uplink_limited"] = Measurement(limited, "ms", len(self.uplinks))
        return measured

    def limits(self) -> list[dict[str, int | str]]:
        """What held the run up: uplinks that gave downloads less than the devices' own links."""
        return [
            {
                "limit": "uplink",
                "province": one.province,
                "busy_ms": busy_ms(one.use),
                "limited_ms": limited_ms(one.use),
                "most_waiting": peak_queue(one.use),
                "most_downloads": peak_active(one.use),
                "bytes": bytes_sent(one.use),
            }
            for one in self.uplinks
            if limited_ms(one.use)
        ]

    def _reached(self, bulletins: Sequence[BulletinCounts]) -> tuple[np.ndarray, np.ndarray]:
        """Devices that heard at least one play, and devices addressed; by bulletin and commune."""
        rows = [place for place, b in enumerate(self.bulletins.counts) if b in bulletins]
        by_commune = self.bulletins.by_commune
        return by_commune["devices_heard"][rows], by_commune["devices"][rows]

    def _of_devices(self, bulletins: Sequence[BulletinCounts]) -> Measurement:
        heard, devices = self._reached(bulletins)
        total = int(devices.sum())
        value = Fraction(int(heard.sum()), total) if total else None
        return Measurement(value, "share", total)

    def _of_households(self, bulletins: Sequence[BulletinCounts]) -> Measurement:
        """Households in reach of a device that was heard: a commune's stand evenly around its own.

        Where the scenario gives no household data this rests on an assumed number a commune.
        """
        given = self.scenario.households
        known = dict(given.by_commune)
        households = [known.get(c.code, given.otherwise) for c in self.fleet.communes]
        heard, devices = self._reached(bulletins)
        total = reached = Fraction(0)
        for row, column in zip(*np.nonzero(devices), strict=True):
            total += households[column]
            reached += households[column] * Fraction(
                int(heard[row, column]), int(devices[row, column])
            )
        return Measurement(reached / total if total else None, "share", int(total))


def _share(bulletins: Sequence[BulletinCounts], part: str, whole: str) -> Measurement:
    value, sample = share(bulletins, part, whole)
    return Measurement(value, "share", sample)
