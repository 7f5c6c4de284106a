"""What axe says of a page."""


def flaws(page) -> list[tuple[str, str]]:
    """What it calls serious or critical, with everything folded open: rule and element."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], node["html"][:120])
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
