"""The sample city in a real browser: who looks at it, and what the rules of accessibility say of what they see."""

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chromium import MISSING, executable
from tests.browser.states import States
from tests.paths import ROOT
from tests.sample_city import PASSWORD
from tests.town import Town

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(executable() is None, reason=MISSING),
    pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core: npm ci --ignore-scripts"),
]


class Site:
    """The served city and its browser; `states`: where the rare ones are."""

    def __init__(self, city: Town, base: str, chromium: Browser, states: States) -> None:
        self.states = states
        self.city = city
        self.base = base
        self.chromium = chromium

    def context(self, name: str = "", **options: Any) -> BrowserContext:
        context = self.chromium.new_context(base_url=self.base, **{"reduced_motion": "reduce", **options})
        if name:
            page = context.new_page()
            page.goto("/konto/anmelden")
            page.fill("#name", name)
            page.fill("#password", PASSWORD)
            page.click("main .kern-btn--primary:below(#password)")
            page.wait_for_url(lambda url: "/konto/anmelden" not in url)
            page.close()
        return context


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text("utf-8"))
    results = page.evaluate(f"axe.run({{runOnly: {{type: 'tag', values: {WCAG}}}}}).then(r => r.violations)")
    return [
        f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in results
        for node in violation["nodes"]
    ]
