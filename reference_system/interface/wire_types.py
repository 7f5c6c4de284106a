"""What all messages are built of: a strict model, and bounded texts, numbers and instants."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler
from pydantic import Field as Bounds
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from reference_system.interface.field_notes import field_notes
from reference_system.interface.topics import DEVICE_NAME
from reference_system.interface.vocabulary import WIRE_NAMES
from scenarios.problems import Path
from scenarios.units import LONGEST_DURATION_MS

EARLIEST_S = 1_577_836_800
"""The start of 2020: no instant on the wire is earlier, so an unset clock is no time of a play."""

LATEST_S = 4_102_444_800
"""The start of 2100: no instant is that late, so milliseconds are never taken for seconds."""

Name = Annotated[str, Bounds(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""An id or a name of any peer: no control characters."""

Text = Annotated[str, Bounds(max_length=500)]
Device = Annotated[str, Bounds(pattern=f"^{DEVICE_NAME}$")]
Url = Annotated[str, Bounds(max_length=2_000, pattern=r"^(https?|rtsps?)://[!-~]+$")]
Sha256 = Annotated[str, Bounds(pattern="^[0-9a-f]{64}$")]
EpochS = Annotated[int, Bounds(ge=EARLIEST_S, lt=LATEST_S)]
EpochMs = Annotated[int, Bounds(ge=EARLIEST_S * 1000, lt=LATEST_S * 1000)]
Duration = Annotated[str, Bounds(pattern=r"^[0-9]{2,5}:[0-5][0-9]:[0-5][0-9]$")]
DurationMs = Annotated[int, Bounds(ge=1, le=LONGEST_DURATION_MS)]
Volume = Annotated[str, Bounds(pattern="^(100|[1-9]?[0-9])$")]
Finite = Annotated[float, Bounds(ge=-1e9, le=1e9, allow_inf_nan=False)]


def _whole(value: object) -> object:
    if type(value) is not int:
        raise PydanticCustomError("whole", "Input should be a whole number")
    return value


WHOLE = BeforeValidator(_whole)
"""For a choice of numbers: true and 1.0 equal 1, and are not it."""

Instant = tuple[Path, int]
"""Where in a message an instant stands, and which one it is, in ms."""


class Part(BaseModel):
    """A message or a part of one, by English names in code and Vietnamese ones on the wire."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=WIRE_NAMES.__getitem__,
        validate_by_name=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema with what is written below the fields."""
        made = handler(schema)
        properties = handler.resolve_ref_schema(made)["properties"]
        for name, words in field_notes(cls).items():
            properties[cls.model_fields[name].alias or name].setdefault("description", words)
        return made


def clock_text(duration_ms: int) -> str:
    """A duration as `ThoiLuong` has it, HH:MM:SS: begun seconds count in full."""
    minutes, seconds = divmod(-(-duration_ms // 1000), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def clock_ms(text: str) -> int:
    """The duration that `ThoiLuong` states, in ms."""
    hours, minutes, seconds = map(int, text.split(":"))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000


def disagreement(wrong: str, expected: str) -> PydanticCustomError:
    """What a validator raises where fields do not go together."""
    context = {"wrong": wrong, "expected": expected}
    return PydanticCustomError("together", "{wrong}, expected {expected}", context)


def check_same_instant(name: str, whole_s: int, exact_ms: int | None) -> None:
    """Refuse an instant whose exact form lies in another second than its whole one."""
    if exact_ms is not None and exact_ms // 1000 != whole_s:
        raise disagreement(f"{name}Ms {exact_ms}", f"an instant in the second {whole_s}")
