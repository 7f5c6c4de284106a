"""Pages without a browser: a client that logs in, reads forms and sends them."""

import re

from httpx2 import Response
from starlette.testclient import TestClient

from reference_system.services.system import System
from reference_system.web.app import application


class Form:
    """A client that logs in and fills in forms as a browser does."""

    def __init__(self, system: System) -> None:
        self.http = TestClient(application(system), follow_redirects=False)
        self.csrf = ""

    def log_in(self, who) -> "Form":
        self.get("/login")
        assert self.post("/login", login=who.actor.login, password=who.password).status_code == 303
        self.get("/")
        return self

    def get(self, path: str) -> Response:
        answer = self.http.get(path)
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    def post(self, path: str, **fields: object) -> Response:
        return self.http.post(path, data={"csrf": self.csrf, **fields})

    def field(self, page: Response, name: str) -> str:
        return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]
