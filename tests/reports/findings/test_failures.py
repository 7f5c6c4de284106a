"""Failures told once each, and what several of them come from."""

from reports.findings.failures import blocked, failures


def results(*rows):
    """Of `clause, level, case, check, verdict, reason`."""
    clauses = {}
    for clause, level, case, check, verdict, reason in rows:
        of = clauses.setdefault(clause, {"id": clause, "level": level, "checks": []})
        of["checks"].append(
            {
                "case": case,
                "check": check,
                "verdict": verdict,
                "reason": reason,
                "says": None,
                "failure": f"{clause}-{check}",
                "waived": clause == "WAIVED",
            }
        )
    return {"clauses": list(clauses.values())}


def test_a_failure_under_two_clauses_is_one():
    (one,) = failures(
        results(
            ("B", "SHOULD", "case", "heard", "fail", "not-met"),
            ("A", "MUST", "case", "heard", "fail", "not-met"),
            ("A", "MUST", "case", "silent", "pass", "met"),
        )
    )
    assert (one.case, one.check, one.clauses) == ("case", "heard", ("A", "B"))
    assert one.names == ("B-heard", "A-heard")
    assert one.follows is None


def test_without_failures_there_is_nothing():
    told = results(("A", "MUST", "case", "heard", "inconclusive", "not-measured"))
    assert failures(told) == blocked(told) == ()


def test_a_silent_device_blocks_and_each_case_is_named_once():
    told = results(
        ("A", "MUST", "one", "heard", "inconclusive", "device-silent"),
        ("A", "MUST", "two", "heard", "inconclusive", "device-silent"),
        ("B", "MUST", "one", "ended", "inconclusive", "device-silent"),
        ("C", "MUST", "one", "each-command-answered", "fail", "device-silent"),
    )
    (cause,) = blocked(told)
    assert (cause.cause, cause.cases, cause.clauses) == ("silent", ("one", "two"), ("A", "B", "C"))
    (failure,) = failures(told)
    assert failure.follows == "silent"


def test_a_device_that_died_fails_everything_by_one_cause():
    told = results(
        ("A", "MUST", "one", "heard", "fail", "device-died"),
        ("B", "MUST", "one", "ended", "fail", "device-died"),
        ("C", "MUST", "two", "ended", "fail", "not-met"),
    )
    assert [(b.cause, b.clauses) for b in blocked(told)] == [("died", ("A", "B"))]
    assert [f.follows for f in failures(told)] == [None, "died", "died"]


def test_a_wrong_clock_may_explain_what_goes_by_it_and_nothing_else():
    late = ("A", "MUST", "day", "programme-on-time", "fail", "not-met")
    deaf = ("B", "MUST", "day", "emergency-heard", "fail", "not-met")
    clock = ("C", "MUST", "state", "times-in-utc-seconds", "fail", "not-met")
    assert blocked(results(late, deaf)) == ()
    (cause,) = blocked(results(late, deaf, clock))
    assert (cause.cause, cause.clauses) == ("clock", ("A",))
    by_check = {each.check: each.follows for each in failures(results(late, deaf, clock))}
    assert by_check == {
        "programme-on-time": "clock",
        "emergency-heard": None,
        "times-in-utc-seconds": None,
    }


def test_trouble_of_the_harness_is_no_failure():
    told = results(("A", "MUST", "one", "heard", "error", "harness-trouble"))
    assert failures(told) == ()
    assert [b.cause for b in blocked(told)] == ["harness"]


def test_what_is_waived_comes_last():
    told = results(
        ("WAIVED", "MUST", "a", "heard", "fail", "not-met"),
        ("B", "MUST", "b", "heard", "fail", "not-met"),
    )
    assert [(each.case, each.waived) for each in failures(told)] == [("b", False), ("a", True)]
