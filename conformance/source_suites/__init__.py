"""The cases of source systems, one file for each group of clauses.

To add one: write a function that drives (it is given a `sources.dealing.Dealing`: people act, time
passes, the fleet does what it is told) and one that judges (it reads the record alone, by way of
`checks.fleet.Fleet` and `checks.acts`, and yields one `Seen` for each check), and put both into a
`Case` in `CASES` of a file here; name the file in `_GROUPS`. Then name the checks at the clauses
that they show (`clauses/`): a test holds both to the same names. A case that needs a feature of
`sources.features` says so in `needs`, one that kills, attacks or loads in `permits` (`restart`,
`hostile`, `load`). Every bulletin is of status Test, and `Dealing.bulletin` makes it so.

A case has two communes to itself while it runs (`Dealing.communes`), and leaves nothing sounding:
it waits until what it sent has been played (`until_played`), or cancels it. Others run beside it,
in other communes. One that sends everywhere, kills something, or asks for the state of the whole
fleet is `alone`. The system and its data are those of all cases: what one finds in the system's
lists may be of another.
"""

from collections.abc import Mapping

from conformance.case import Case
from conformance.source_suites import (
    approval,
    audit,
    boards,
    classes,
    documents,
    emergencies,
    exchange,
    exchange_central,
    feedback,
    levels,
    load,
    monitoring,
    outages,
    play_log,
    programme,
    records,
    repeats,
    restarts,
    security_devices,
    security_outside,
    security_people,
    sharing,
)

_GROUPS = (
    emergencies.CASES,
    monitoring.CASES,
    security_people.CASES,
    security_devices.CASES,
    outages.CASES,
    sharing.CASES,
    programme.CASES,
    repeats.CASES,
    classes.CASES,
    approval.CASES,
    play_log.CASES,
    exchange.CASES,
    exchange_central.CASES,
    levels.CASES,
    records.CASES,
    boards.CASES,
    documents.CASES,
    feedback.CASES,
    audit.CASES,
    security_outside.CASES,
    restarts.CASES,
    load.CASES,
)
"""What waits long stands early, so that cases side by side end soon. What kills the server stands
behind what looks at states: a system that began anew has heard of nobody."""

CASES: Mapping[str, Case] = {case.id: case for group in _GROUPS for case in group}
"""All of them by id."""
