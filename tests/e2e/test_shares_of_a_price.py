"""R10 at its edges: parts of a price that round to nothing still add up to exactly the price, and never beyond it."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from tests.e2e.refusals import refusal
from tests.e2e.story import create, credit, deal, part, project, s

if TYPE_CHECKING:
    from tests.e2e.client import Billhook


@pytest.mark.parametrize("percentages", sorted(set(permutations(("50", "12.5", "12.5", "12.5", "12.5")))))
def test_percentages_to_exactly_100_bill_the_whole_deal_in_any_order(billhook: Billhook, percentages: tuple[str, ...]) -> None:
    website = project(billhook)
    sold = deal(billhook, website, ("0.01", s("21")), ("0.98", s("9")))
    nets = [create(billhook, website, part(sold, percentage=each))["net"] for each in percentages]
    assert sum(map(Decimal, nets)) == Decimal("0.99")
    code, _, message = refusal(billhook, "createInvoice", {"projectId": website, "source": part(sold, percentage="0.5")})
    assert code == "EXCEEDS_REMAINING"
    assert message == "Of 'Deal' 100 % are billed, and 0.5 % more would be over 100 %. What remains of it: 0.00 EUR."


def test_a_credited_part_comes_back_whole_where_it_had_rounded_to_nothing(billhook: Billhook) -> None:
    website = project(billhook)
    sold = deal(billhook, website, ("0.01", s("21")), ("1.00", s("9")))
    half = create(billhook, website, part(sold, percentage="50"), book=True)
    tenth = create(billhook, website, part(sold, percentage="10"), book=True)
    assert (half["net"], tenth["net"]) == ("0.51", "0.10")
    credit(billhook, tenth)
    assert create(billhook, website, part(sold, percentage="50"))["net"] == "0.50"
