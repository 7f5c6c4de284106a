"""A run whose results have something of everything."""

from fractions import Fraction

import pytest

from conformance.judgement import judge
from reports.results import results
from scenarios.scenario import TargetRequest
from simulator.measurement import Measurement

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
            "complete": 3_700,
            "latency_ms": {"p50": 519, "p95": 3_412, "p99": None, "max": None},
        }
    ],
    "programme": {"planned": 3_816, "complete": 3_700, "partial": 100, "missed": 16},
}

MEASURES = {
    "emergency_t4_p95": Measurement(3_412, "ms", 3_800),
    "emergency_t4_p99": Measurement(None, "ms", 3_800, unbounded=True),
    "emergency_reach_online": Measurement(Fraction(3_769, 3_800), "share", 3_800),
    "emergency_reach_all": Measurement(Fraction(3_775, 3_816), "share", 3_816),
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


@pytest.fixture
def requests():
    return REQUESTS


@pytest.fixture
def measures():
    return MEASURES


@pytest.fixture
def results_of(measures):
    """The results of that run judged by some targets."""

    def of(requests, measures=measures):
        return results(RUN, measures, judge(requests, measures, "virtual"))

    return of
