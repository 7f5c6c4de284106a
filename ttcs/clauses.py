"""`ttcs clauses`: the ledger as a table, and what shows each clause."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from conformance import clauses as ledgers
from conformance.cases import CASES, CHECKS
from conformance.clauses import Clause
from conformance.clauses.written import documents
from reports import certification_console
from scenarios import strict_yaml
from scenarios.problems import BadInput, Problem
from ttcs.main import BAD_INPUT, CONFORMANT
from ttcs.telling import tell, tell_first


def clauses(own: Path | None, *, coverage: bool, as_json: bool) -> int:
    """Prints the ledger; the exit code."""
    try:
        found = laid_over(own)
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    cases, mutants = _cases(found), _mutants(found)
    if as_json:
        said: dict[str, Any] = {"documents": documents(found.values())}
        if coverage:
            said["coverage"] = {n: {"cases": cases[n], "mutants": mutants[n]} for n in found}
        tell(json.dumps(said, ensure_ascii=False, indent=1))
        return CONFORMANT
    console = Console()
    with console.capture() as shown:
        if coverage:
            console.print(certification_console.coverage(found, cases, mutants))
        else:
            console.print(certification_console.ledger(found))
    tell(shown.get().rstrip("\n"))
    return CONFORMANT


def laid_over(own: Path | None) -> Mapping[str, Clause]:
    """The ledger, with a user's own clauses where there are some; raises `BadInput`."""
    if own is None:
        return ledgers.ledger()
    given = ledgers.parse(strict_yaml.read(own))
    try:
        return ledgers.laid_over(ledgers.ledger(), given, CHECKS)
    except ValueError as error:
        wrong, expected = str(error), "clauses of checks that there are, newer than the shipped"
        raise BadInput([Problem(str(own), None, None, "", wrong, expected)]) from None


def _cases(found: Mapping[str, Clause]) -> dict[str, list[str]]:
    return {
        name: [case.id for case in CASES.values() if set(case.checks) & set(clause.checks)]
        for name, clause in found.items()
    }


def _mutants(found: Mapping[str, Clause]) -> dict[str, list[str]]:
    """The mutants there are of the faults that each clause names; `ttcs mutants` kills them."""
    from conformance.mutants.made import MUTANTS
    from conformance.mutants.sources.made import MUTANTS as SYSTEMS

    made = {each.id: each.fault for each in MUTANTS.values()}
    made |= {each.id: each.fault for each in SYSTEMS.values()}
    return {
        name: [mutant for mutant, fault in made.items() if fault in clause.mutants]
        for name, clause in found.items()
    }
