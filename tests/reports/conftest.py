"""A run whose results have something of everything."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from fractions import Fraction
from hashlib import sha256

import pytest

from conformance.declarations import Declaration
from conformance.judgement import judge
from reports.certification_reading import read
from reports.findings.certified import Certified
from reports.results import results
from scenarios.scenario import TargetRequest
from simulator.measurement import Measurement
from tests.reports.certified import certify
from tests.ttcs.program import here

QUANTILES = {"p50": 519, "p95": 3_412, "p99": None, "max": None}

COUNTS = {"plays": 2, "addressed": 3_816, "online": 3_800, "delivered": 3_810}

RUN = {
    "engine": "numpy",
    "seed": 20220926,
    "scenario": {
        "name": "binh-dinh-day",
        "title": {
            "vi": "Một ngày ở tỉnh Bình Định, có bão",
            "en": "A day in Bình Định province, with a storm",
        },
        "era": "2022",
        "start": "2022-09-26T00:00:00+07:00",
        "horizon_ms": 86_400_000,
        "sha256": "0f" * 32,
    },
    "fleet": {
        "devices": 1_908,
        "communes": 159,
        "by_profile": {"speaker-reference": 1_908},
        "by_link": {"4g": 1_400, "fibre": 508},
    },
    "commands": {"starts": 12, "cancels": 1},
    "bulletins": [
        {
            "id": "storm",
            "class": "emergency",
            **COUNTS,
            "heard": 3_806,
            "heard_online": 3_800,
            "complete": 3_700,
            "truncated": 106,
            "interrupted": 40,
            "repeated": 0,
            "missed": 10,
            "missed_because": {"no-power": 6, "no-path": 4},
            "fm_receivers": {"inferred": 0, "of": 0},
            "latency_ms": QUANTILES,
            "clock_points_ms": {"t2": QUANTILES, "t3": QUANTILES, "t4": QUANTILES},
            "reach_online": {"4": 3_769, "10": 3_790, "20": 3_800, "60": 3_800, "180": 3_800},
        }
    ],
    "programme": {"planned": 3_816, "complete": 3_700, "partial": 100, "missed": 16},
    "presence": {
        "devices": 1_908,
        "away_ms": 7_200_000,
        "losses": 12,
        "losses_noticed": 9,
        "most_returns_per_s": 5,
    },
    "households": {"basis": "assumed"},
    "limits": [
        {
            "limit": "uplink",
            "province": province,
            "busy_ms": 2 * limited_ms,
            "limited_ms": limited_ms,
            "most_waiting": 1_900,
            "most_downloads": 1_908,
            "bytes": 610_560_000,
        }
        for province, limited_ms in (("01", 1_000), ("52", 48_845), ("44", 2_500), ("45", 900))
    ],
}

MEASURES = {
    "emergency_t4_p95": Measurement(3_412, "ms", 3_800),
    "emergency_t4_p99": Measurement(None, "ms", 3_800, unbounded=True),
    "emergency_reach_online": Measurement(Fraction(3_769, 3_800), "share", 3_800),
    "emergency_households": Measurement(Fraction(3_775, 3_816), "share", 3_816),
    "programme_complete": Measurement(None, "share", 0),
    "after_cancel": Measurement(0, "count", 120),
    "wrong_area": Measurement(2, "count", 3_816),
}

REQUESTS = [
    TargetRequest("PROFILE-T4-P95", limit="3s"),
    TargetRequest("PROFILE-T4-P99"),
    TargetRequest("PROFILE-REACH-ONLINE"),
    TargetRequest("PROFILE-AFTER-CANCEL"),
    TargetRequest("PROFILE-WRONG-AREA"),
    TargetRequest("PROFILE-PROGRAMME-COMPLETE"),
    TargetRequest("QB-EMERGENCY-100", expect="fail", why="bão làm đổ cột, [b]mất sóng\x1b[31m"),
]


# A target of every kind that a run does not measure.
UNMEASURED = [
    TargetRequest("BD-WEB-COMMUNE-70"),
    TargetRequest("BD-HTTTN-2023"),
    TargetRequest("BD-STAFF-100"),
    TargetRequest("BD-HTTTN-MONITOR"),
    TargetRequest("BD-25PCT-YEAR"),
]

DECLARED = {
    "BD-WEB-COMMUNE-70": Declaration(
        "BD-WEB-COMMUNE-70",
        Measurement(Fraction(83, 116), "share", 116),
        date(2025, 12, 31),
        "báo cáo 12/BC-STTTT,\ntrang 3",
    ),
    "BD-HTTTN-2023": Declaration("BD-HTTTN-2023", None, date(2023, 11, 20), "biên bản"),
}


@pytest.fixture
def unmeasured(results_of):
    """The results of that run judged by targets that it does not measure."""
    return results_of(UNMEASURED, declarations=DECLARED)


@pytest.fixture
def requests():
    return REQUESTS


@pytest.fixture
def measures():
    return MEASURES


@pytest.fixture
def results_of(measures):
    """The results of that run judged by some targets."""

    def of(requests, measures=measures, **known):
        return results(RUN, measures, judge(requests, measures, "virtual", **known))

    return of


@pytest.fixture(scope="session")
def bundle_of(tmp_path_factory):
    """The bundle of a shipped scenario, run once."""
    found = {}

    def of(name):
        if name not in found:
            found[name] = tmp_path_factory.mktemp("bundles") / name
            here("run", name, "--out", found[name])
        return found[name]

    return of


@pytest.fixture(scope="session")
def certified_of(tmp_path_factory):
    """The findings of an emulated device's certification: of a role, conformant unless named."""
    found = {}

    def of(device=None, role="ip-speaker"):
        if (device, role) not in found:
            place = tmp_path_factory.mktemp("certified") / (device or role)
            # The event loop of this thread is a browser's where one is open.
            with ThreadPoolExecutor(1) as other:
                bundle = other.submit(certify, place, role, device).result(timeout=60)
            found[device, role] = Certified(read(bundle))
        return found[device, role]

    return of


@pytest.fixture
def changed(tmp_path, bundle_of):
    """A copy of a bundle in which one file is other than it was, and the manifest agrees."""

    def of(name, file, change):
        place = tmp_path / "changed"
        if not place.exists():
            shutil.copytree(bundle_of(name), place)
        content = change((place / file).read_bytes())
        (place / file).write_bytes(content)
        manifest = json.loads((place / "manifest.json").read_bytes())
        manifest["files"][file]["sha256"] = sha256(content).hexdigest()
        (place / "manifest.json").write_text(json.dumps(manifest))
        return place

    return of


@pytest.fixture(scope="session")
def plan_bundle_of(tmp_path_factory):
    """The bundle of a shipped plan, simulated a few times; `more` are options of `ttcs plan`."""
    found = {}

    def of(name="binh-dinh-2022-2025", *more):
        if (name, more) not in found:
            place = tmp_path_factory.mktemp("plans") / name
            assert here("plan", name, "--replications", "40", "--out", place, *more)[0] == 0
            found[name, more] = place
        return found[name, more]

    return of


@pytest.fixture
def changed_plan(tmp_path, plan_bundle_of):
    """A copy of a plan's bundle in which a JSON file is another, and the manifest agrees."""

    def of(change, file="results.json", name="binh-dinh-2022-2025", more=("--no-phases",)):
        place = tmp_path / "changed-plan"
        shutil.copytree(plan_bundle_of(name, *more), place)
        data = json.loads((place / file).read_bytes())
        change(data)
        content = json.dumps(data).encode()
        (place / file).write_bytes(content)
        manifest = json.loads((place / "manifest.json").read_bytes())
        manifest["files"][file]["sha256"] = sha256(content).hexdigest()
        (place / "manifest.json").write_text(json.dumps(manifest))
        return place

    return of
