"""The projects of Brouwerij De Kraan, a brewery in Belgium: VAT is reverse-charged."""

from __future__ import annotations

from dataclasses import replace

from billhook.billing.demo.project import REVERSE_CHARGE, Deal, Line, Phase, Project, Subscription
from billhook.billing.demo.steps import Article, Bill, Cost, Credit, Discard, RunSubscriptions, Work
from billhook.billing.demo.studio import ANN, BRAM, CHLOE, COPYWRITING, DENIZ, DESIGN, DEVELOPMENT, MEETINGS
from billhook.billing.demo.ways import DealPart, Manual, OldestPeriod, Phases, Timetracking
from billhook.domain.words import CycleUnit, ProjectStatus, RatePolicy

_PROJECTS = (
    Project(
        title="Beer labels",
        hourly_rate="95.00",
        phases=(Phase("Sketches"), Phase("Artwork")),
        steps=(
            Bill(95, Manual("800.00", "Advance on the labels")),
            Work(88, CHLOE, 420, "Twelve sketches", "Sketches"),
            Work(79, CHLOE, 510, "Artwork for four labels", "Artwork"),
            Bill(73, Phases()),
            Work(16, CHLOE, 130, "Label for the new beer", "Artwork"),
        ),
    ),
    Project(
        title="Tour app",
        rate_policy=RatePolicy.WORK_TYPE,
        steps=(
            Work(38, CHLOE, 360, "Screens", work_type=DESIGN),
            Work(31, BRAM, 640, "Route on the map", work_type=DEVELOPMENT),
            Work(25, ANN, 60, "Call about the route", work_type=MEETINGS),
            Work(23, DENIZ, 90, "Tried it at the brewery"),
        ),
    ),
    Project(
        title="Hosting",
        hourly_rate="100.00",
        subscriptions=(
            Subscription(title="Managed hosting", lines=(Line("Server", "40.00"), Line("Mailboxes", "2.50", "12")), starts_days_ago=130),
            Subscription(
                title="Domain names", lines=(Line("Domain name", "14.00", "3"),), starts_days_ago=150, unit=CycleUnit.YEAR, book=True
            ),
        ),
        steps=(
            Bill(149, OldestPeriod("Domain names")),
            Bill(129, OldestPeriod("Managed hosting")),
            RunSubscriptions(65),
        ),
    ),
    Project(
        title="Festival campaign",
        hourly_rate="100.00",
        deals=(Deal("Campaign", (Line("Concept", "2500.00"), Line("Posters and flyers", "1800.00"))),),
        steps=(
            Bill(85, DealPart(title="Campaign", amount="1000.00")),
            Work(72, ANN, 540, "Concept"),
            Work(63, CHLOE, 780, "Posters"),
            Bill(57, Phases()),
            Bill(17, DealPart(title="Campaign")),
            Work(7, CHLOE, 200, "Flyers"),
        ),
    ),
    Project(
        title="Menu cards",
        hourly_rate="80.00",
        steps=(
            Bill(27, Manual("600.00", "Advance on the menu cards", "INVOICING_MODULE")),
            Work(19, CHLOE, 140, "Card for the taproom"),
        ),
    ),
    Project(
        title="Online ordering",
        rate_policy=RatePolicy.USER,
        steps=(
            Work(47, BRAM, 500, "Order form"),
            Work(45, ANN, 90, "Opening hours and areas"),
            Bill(43, Timetracking("USER")),
            Work(14, BRAM, 275, "Delivery slots"),
            Work(12, DENIZ, 120, "Load test", hourly_rate="70.00"),
        ),
    ),
    Project(
        title="Trade fair stand",
        phases=(Phase("Stand design", fixed_price="2750.00"),),
        status=ProjectStatus.DONE,
        steps=(
            Work(140, CHLOE, 1100, "Walls and counter", "Stand design"),
            Cost(120, "Printed walls", "186.50", "6", "Stand design"),
            Bill(110, Phases()),
            Credit(104, "One wall was damaged in transport.", "250.00"),
        ),
    ),
    Project(
        title="Calendar",
        hourly_rate="85.00",
        status=ProjectStatus.CANCELLED,
        steps=(
            Work(37, CHLOE, 160, "Cover"),
            Bill(34, Manual("500.00", "Advance on the calendar"), book=False),
            Discard(32),
        ),
    ),
    Project(title="Recipe archive", hourly_rate="90.00"),
    Project(
        title="Bottle caps",
        hourly_rate="95.00",
        steps=(
            Work(26, CHLOE, 105, "Eight caps", articles=(Article("Sample caps", "0.385", "500"),)),
            Bill(21, Timetracking(), book=False),
            Discard(21),
        ),
    ),
    Project(
        title="Brewer's blog",
        rate_policy=RatePolicy.WORK_TYPE,
        steps=(
            Work(36, ANN, 150, "Interview", work_type=COPYWRITING),
            Work(35, ANN, 195, "Two articles", work_type=COPYWRITING),
            Bill(30, Timetracking("WORK_TYPE"), book=False),
        ),
    ),
)
PROJECTS = tuple(replace(project, vat=REVERSE_CHARGE) for project in _PROJECTS)
