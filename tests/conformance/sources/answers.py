"""A program in the place of a person: does at the real system what it is asked, and tells.

`answers.py FOLDER`: `people.json` there has the address and the accounts. An act that the file
`silent` names is not answered.
"""

import asyncio
import json
import re
import sys
from pathlib import Path

from simulator.live.desk import Desk, Refused
from simulator.live.people import Account

PATTERNS = (
    ("LogIn", r"Log out, and log in"),
    ("Compose", r"Compose a bulletin of class (?P<of>\S+?),? .*titled “(?P<title>.+?)”"),
    ("Submit", r"Submit .*the bulletin (?P<bulletin>\S+)\.$"),
    ("Appraise", r"Appraise as fit the bulletin (?P<bulletin>\S+)\.$"),
    ("Approve", r"Approve the bulletin (?P<bulletin>\S+)\.$"),
    ("Return", r"Return the bulletin (?P<bulletin>\S+), for the reason “(?P<reason>.+?)”"),
    ("Issue", r"Send the bulletin (?P<bulletin>\S+) at once; where: (?P<where>.+?)\. It"),
)


async def answer(desk: Desk, act: str, text: str) -> str:
    pattern = dict(PATTERNS)[act]
    found = re.search(pattern, text, re.MULTILINE)
    assert found, text
    said = found.groupdict()
    match act:
        case "LogIn":
            await desk.log_in()
            return "done"
        case "Compose":
            sound = re.search(r"Sound: the file (\S+)\.$", text, re.MULTILINE)
            assert sound, text
            kept = await desk.upload("audio", Path(sound[1]).read_bytes())
            content = {"language": "vi", "text": said["title"], "media_sha256": kept["sha256"]}
            words = {"title": said["title"], "bulletin_class": said["of"].lower(), "kind": "audio"}
            asked = {**words, "status": "Test", "contents": [content]}
            return str((await desk.ask("POST", "/bulletins", asked))["id"])
        case "Issue":
            communes = re.findall(r"\((\d{5})\)", said["where"])
            area = {"era": "2022", "communes": communes}
            if not communes:
                area["devices"] = said["where"].split(", ")
            asked = {"bulletin_id": said["bulletin"], "area": area, "outside_hours": True}
            return str((await desk.ask("POST", "/orders", asked))["id"])
        case _:
            path = f"/bulletins/{said['bulletin']}"
            version = (await desk.ask("GET", path))["version"]
            step = {"step": act.lower(), "version": version, "reason": said.get("reason", "")}
            await desk.ask("POST", f"{path}/steps", step)
            return "done"


async def main(folder: Path) -> None:
    asked = json.load(sys.stdin)
    known = json.loads((folder / "people.json").read_text())
    silent = folder / "silent"
    if silent.exists() and asked["id"] == silent.read_text():
        return
    text = asked["text"]["en"]
    who = re.match(r"With the account “(\w+)”", text)
    assert who, text
    desk = Desk(known["url"], Account(**known["people"][who[1]]))
    try:
        said = await answer(desk, asked["id"], text)
    except Refused as refusal:
        said = f"refused: {refusal}"[:150]
    sys.stdout.write(json.dumps({"answer": said}))


asyncio.run(main(Path(sys.argv[1])))
