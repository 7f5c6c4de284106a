"""What is reported is lost or altered on its way in, or when people look at it."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from conformance.mutants.proxies.frames import Publish
from conformance.mutants.proxies.mutation import Answer, Mutation, Onward, Request, Sending
from conformance.mutants.sources.broken import Words, is_look, mutant, saying, words_in


@mutant("H17", "source-play-log")
class LogsLost(Mutation):
    """Each third message with a play log is acknowledged and forgotten."""

    def __init__(self) -> None:
        """None came."""
        self._logs = 0

    def to_system(self, device: str, publish: Publish) -> Iterable[Sending]:
        """Two of three."""
        if publish.topic.endswith("/log"):
            self._logs += 1
        if not publish.topic.endswith("/log") or self._logs % 3:
            yield Sending(publish)


@mutant("H18", "source-play-log")
class LogsDoubled(Mutation):
    """Each entry of a play log is kept twice, as two."""

    def to_system(self, device: str, publish: Publish) -> Iterable[Sending]:
        """As it is, and once more by other names."""
        yield Sending(publish)
        if publish.topic.endswith("/log"):
            words = words_in(publish)
            for entry in words["NhatKy"]:
                entry["NhatKyID"] += "-2"
                entry["SoThuTu"] += 1_000
            yield Sending(saying(publish, words), after_s=0.2)


class _Showing(Mutation):
    """Alters what people are shown: JSON as `changed` does."""

    def wants(self, request: Request) -> bool:
        """Whether it is that which is shown wrongly."""
        raise NotImplementedError

    def changed(self, said: Any) -> Any:
        """What is shown in its place."""
        raise NotImplementedError

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """Asked, and altered."""
        answer = await onward(request)
        if answer.is_success and self.wants(request):
            return answer.saying(self.changed(answer.said))
        return answer


def _items(said: Words) -> Iterator[Words]:
    """What is in an answer, be it a list or one alone."""
    yield from said.get("items", [said])


@mutant("F39", "source-states")
class MissingIsOff(_Showing):
    """Of a list of devices only the first half is looked up: the others are shown as offline."""

    def wants(self, request: Request) -> bool:
        """Lists of devices."""
        return request.method == "GET" and request.path == "/api/v1/devices"

    def changed(self, said: Any) -> Any:
        """The second half is off."""
        for device in said["items"][len(said["items"]) // 2 :]:
            device["presence"] = "offline"
        return said


@mutant("F75", "source-device-lost", "source-many-lost")
class NeverLost(_Showing):
    """Whoever was there once is shown online for ever."""

    def wants(self, request: Request) -> bool:
        """Devices."""
        return is_look(request, "/devices")

    def changed(self, said: Any) -> Any:
        """All online."""
        for device in _items(said):
            device["presence"] = "online"
        return said


@mutant("H19", "source-device-lost")
class LostForEver(_Showing):
    """A device that was lost once is shown as lost for ever."""

    def __init__(self) -> None:
        """Nobody was lost."""
        self._lost: set[str] = set()

    def wants(self, request: Request) -> bool:
        """Devices."""
        return is_look(request, "/devices")

    def changed(self, said: Any) -> Any:
        """As it is, but for those."""
        for device in _items(said):
            if device["presence"] in ("lost", "offline"):
                self._lost.add(device["id"])
            if device["id"] in self._lost:
                device["presence"] = "lost"
        return said


@mutant("F74", "source-many-lost", "source-statistics")
class CountsInNeither(_Showing):
    """Statistics count devices that are gone in no state."""

    def wants(self, request: Request) -> bool:
        """Statistics."""
        return is_look(request, "/statistics")

    def changed(self, said: Any) -> Any:
        """Only those online."""
        devices = said["sections"]["devices"]
        devices["figures"] = [each for each in devices["figures"] if each["parts"][0] == "online"]
        devices["total"] = sum(each["value"] for each in devices["figures"])
        return said


@mutant("H31", "source-register")
class WrongCommune(_Showing):
    """The first devices of the register stand in the commune of the last."""

    def wants(self, request: Request) -> bool:
        """Lists of devices."""
        return request.method == "GET" and request.path == "/api/v1/devices"

    def changed(self, said: Any) -> Any:
        """Two of them moved."""
        for device in said["items"][:2]:
            device["commune"] = said["items"][-1]["commune"]
        return said


@mutant("H32", "source-feedback")
class AnswersLost(_Showing):
    """What citizens were answered is shown nowhere."""

    def wants(self, request: Request) -> bool:
        """Lists of feedback."""
        return is_look(request, "/feedback")

    def changed(self, said: Any) -> Any:
        """Without the answers."""
        for item in _items(said):
            item["answer"] = ""
        return said


@mutant("H36", "source-feedback")
class OverdueAtOnce(_Showing):
    """Feedback is overdue as soon as it is there."""

    def wants(self, request: Request) -> bool:
        """Lists of feedback."""
        return is_look(request, "/feedback")

    def changed(self, said: Any) -> Any:
        """All overdue."""
        for item in _items(said):
            item["overdue"] = True
        return said


@mutant("H37", "source-security-injection")
class SpeaksForOthers(Mutation):
    """What a device says in the name of another is taken for the other's."""

    def to_system(self, device: str, publish: Publish) -> Iterable[Sending]:
        """By the connection of the one in whose name it is said."""
        name = publish.topic.split("/")[2]
        yield Sending(publish) if name == device else Sending(publish, to=name)


@mutant("H33", "source-documents")
class DocumentsAltered(Mutation):
    """A document that is opened is not the one that was sent."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """One byte more."""
        answer = await onward(request)
        if answer.is_success and request.method == "GET" and request.path.endswith("/file"):
            return Answer(answer.status, answer.headers, answer.body + b"\n")
        return answer


class _Table(Mutation):
    """Alters the play log that people are shown."""

    def row(self, row: dict[str, str]) -> None:
        """Alter one row."""
        raise NotImplementedError

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """Asked, and altered row by row."""
        answer = await onward(request)
        if not (answer.is_success and request.path == "/api/v1/play-logs.csv"):
            return answer
        table = csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig")))
        written = io.StringIO()
        writer = csv.DictWriter(written, table.fieldnames or ())
        writer.writeheader()
        for row in table:
            self.row(row)
            writer.writerow(row)
        return Answer(answer.status, answer.headers, written.getvalue().encode("utf-8-sig"))


@mutant("F70", "source-play-log")
class RowsWithoutBulletin(_Table):
    """The rows of the play log have lost the bulletin that they were of."""

    def row(self, row: dict[str, str]) -> None:
        """Without its bulletin."""
        row["bulletin_id"] = row["title"] = ""


@mutant("F45", "source-log-after-outage", word="shown")
class LocalTimeShown(_Table):
    """The play log shows local time as if it were UTC."""

    def row(self, row: dict[str, str]) -> None:
        """The same digits, by another zone."""
        row["began"] = row["began"].replace("+07:00", "+00:00")


@mutant("F69", "source-log-after-outage", word="shown")
class ArrivalForBeginning(_Table):
    """The play log shows when an entry arrived as the time of the play."""

    def row(self, row: dict[str, str]) -> None:
        """When it came."""
        row["began"] = row["received"]


@mutant("H20", "source-audit")
class AuditEmpty(_Showing):
    """Nothing stands in the audit log."""

    def wants(self, request: Request) -> bool:
        """The audit log."""
        return is_look(request, "/audit")

    def changed(self, said: Any) -> Any:
        """No entries."""
        return {**said, "items": [], "after": None}


@mutant("H21", "source-yearly-report")
class ReportEmpty(Mutation):
    """The yearly report has no figures."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """All digits of its table are 0."""
        answer = await onward(request)
        if answer.is_success and request.path.endswith("/csv") and "/reports/" in request.path:
            digits = bytes.maketrans(b"123456789", b"000000000")
            return Answer(answer.status, answer.headers, answer.body.translate(digits))
        return answer
