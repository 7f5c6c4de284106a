from xml.etree import ElementTree

import pytest

from reference_system.services.acting import acting, itself
from reference_system.services.administration import commune_feed
from reference_system.store.administration import CommunePost, PublishedBulletin
from reference_system.store.content import BulletinContent, BulletinRow

HERE = "/api/v1/public/communes/21613"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def posted(system):
    with system.database.writing() as session:
        session.add(
            BulletinRow(
                id="b1",
                title="Bão <lũ> & \u0007gió",
                bulletin_class="priority",
                field="unexpected",
                kind="text",
                status="Actual",
                state="approved",
                level="province",
                code="52",
                created_ms=system.clock(),
                changed_ms=system.clock(),
            )
        )
        session.flush()
        session.add(BulletinContent(bulletin_id="b1", language="vi", text="Ở yên trong nhà"))
        session.add(PublishedBulletin(bulletin_id="b1", folded=commune_feed.folded("Bão lũ & gió")))
        session.flush()
        session.add(CommunePost(commune="21613", bulletin_id="b1", published_ms=system.clock()))


def test_anybody_reads_and_searches(client, posted):
    nobody = client(None)
    (post,) = nobody.get(f"{HERE}/bulletins", params={"q": "bao lu"}).json()["items"]
    assert post["published"] == "2022-09-27T06:00:00.000+07:00"
    assert post["contents"][0]["text"] == "Ở yên trong nhà"
    assert nobody.get(f"{HERE}/bulletins", params={"q": "hạn hán"}).json()["items"] == []
    assert nobody.get("/api/v1/public/communes/00001/bulletins").status_code == 404
    assert nobody.get(f"{HERE}/bulletins", params={"after": "x"}).status_code == 422


def test_the_feed_is_atom(client, posted):
    answer = client(None).get(f"{HERE}/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    for needed in ("id", "title", "updated", "author"):
        assert feed.find(f"{ATOM}{needed}") is not None
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Bão <lũ> & gió"
    assert entry.findtext(f"{ATOM}content") == "Ở yên trong nhà"
    assert entry.findtext(f"{ATOM}updated") == "2022-09-27T06:00:00.000+07:00"


def test_an_empty_page(client, system):
    with acting(system, itself(system)) as act:
        assert commune_feed.follow(act) == 0
    assert client(None).get(f"{HERE}/bulletins").json() == {"items": [], "after": None}
    assert client(None).get(f"{HERE}/feed.atom").status_code == 200
