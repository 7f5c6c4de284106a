"""Routes that are analysed late: all of them can be, and all of them take their turn."""

import pytest

from reference_system.web.app import ROUTERS, application
from reference_system.web.routing import Route

ROUTES = [route for router in ROUTERS for route in router.routes]


def test_every_address_takes_its_turn_and_can_be_analysed():
    for route in ROUTES:
        assert isinstance(route, Route), route
        assert route.dependant.dependencies[0].call.__name__ == "_turn", route.path
        assert callable(route.app), route.path


def test_a_route_is_analysed_when_it_is_first_asked_for(system):
    def answer() -> dict[str, int]:
        return {"is": 1}

    route = Route("/late/{name}", answer)
    scope = {"type": "http", "method": "GET", "path": "/late/x", "headers": []}
    assert route.matches(scope)[1]["path_params"] == {"name": "x"}
    assert "dependant" not in vars(route)
    assert route.response_field is not None
    assert "dependant" in vars(route)


def test_what_a_route_has_not_it_has_not():
    route = Route("/late", lambda: None)
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = route.no_such_thing


def test_pages_are_not_in_the_openapi_document(system):
    assert all(
        path.startswith(("/api/", "/device/", "/media")) or path == "/openapi.json"
        for path in application(system).openapi()["paths"]
    )
