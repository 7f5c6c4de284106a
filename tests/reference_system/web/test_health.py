"""Whether it answers and whether the clock can be believed, for anybody."""

from reference_system.services.timekeeping import Timekeeper

NOW_MS = 1_789_129_200_000


def test_the_clock_is_right_until_it_is_set_back(system, client) -> None:
    wall, counted = [NOW_MS], [0]
    system.clock = Timekeeper(lambda: wall[0], lambda: counted[0])
    anybody = client(None)
    assert anybody.get("/api/v1/health").json() == {
        "now": "2026-09-11T19:20:00.000+07:00",
        "clock": "right",
        "clock_off_ms": 0,
        "clock_steps": [],
    }
    wall[0] -= 3_600_000
    assert anybody.get("/api/v1/health").json() == {
        "now": "2026-09-11T19:20:00.000+07:00",
        "clock": "off",
        "clock_off_ms": -3_600_000,
        "clock_steps": [
            {
                "at": "2026-09-11T19:20:00.000+07:00",
                "ahead_ms": -3_600_000,
                "followed": False,
            }
        ],
    }


def test_every_page_says_so(system, client, person) -> None:
    wall = [NOW_MS]
    system.clock = Timekeeper(lambda: wall[0], lambda: 0)
    lan = client(person("lan"))
    lan.cookies.set("ttcs_session", lan.headers["authorization"].removeprefix("Bearer "))
    assert "tự đếm giờ" not in lan.get("/").text
    wall[0] -= 3_600_000
    assert "tự đếm giờ" in lan.get("/").text
