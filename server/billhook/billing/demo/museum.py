"""The projects of Museum Lichtwacht, a public body: printed matter has VAT at the reduced rate."""

from __future__ import annotations

from billhook.billing.demo.project import REDUCED, Deal, Line, Phase, Project, Subscription
from billhook.billing.demo.steps import Article, Bill, Cost, Credit, RunSubscriptions, Work
from billhook.billing.demo.studio import ANN, BRAM, CHLOE, DENIZ
from billhook.billing.demo.ways import DealPart, Manual, Phases, Timetracking
from billhook.domain.words import BillingMethod, ProjectStatus, RatePolicy

PROJECTS = (
    Project(
        title="Exhibition guide",
        hourly_rate="90.00",
        phases=(Phase("Web guide"), Phase("Printed guide", vat=REDUCED)),
        steps=(
            Bill(53, Manual("1000.00", "Advance on the guide")),
            Work(49, CHLOE, 480, "Web guide", "Web guide"),
            Work(40, CHLOE, 615, "Printed guide", "Printed guide"),
            Cost(33, "Printed guides", "3.215", "400", "Printed guide", vat=REDUCED),
        ),
    ),
    Project(
        title="Audio tour",
        hourly_rate="95.00",
        deals=(Deal("Audio tour", (Line("Production", "5200.00"), Line("Printed map", "900.00", vat=REDUCED))),),
        steps=(
            Bill(68, DealPart(title="Audio tour", percentage="40")),
            Work(59, ANN, 720, "Script"),
            Work(51, DENIZ, 810, "Recording", articles=(Article("Voice actor, per hour", "120.00", "3.5"),)),
        ),
    ),
    Project(
        title="Ticket desk",
        hourly_rate="105.00",
        steps=(
            Work(29, BRAM, 345, "Tickets with a time slot"),
            Work(27, BRAM, 280, "Scanner at the door"),
            Bill(9, Timetracking(), book=False),
            Work(1, BRAM, 50, "School groups"),
        ),
    ),
    Project(
        title="Collection search",
        rate_policy=RatePolicy.USER,
        steps=(
            Bill(105, Manual("2000.00", "First advance")),
            Bill(98, Manual("1500.00", "Second advance")),
            Work(92, BRAM, 900, "Index"),
            Work(86, ANN, 540, "Search page"),
            Bill(82, Phases(group_by="USER")),
            Work(39, BRAM, 1200, "Spelling of old names"),
            Work(28, CHLOE, 425, "Filters"),
        ),
    ),
    Project(
        title="Floor plan",
        hourly_rate="85.00",
        steps=(
            Work(77, CHLOE, 330, "Three floors"),
            Bill(69, Timetracking()),
            Credit(67, "The attic was not asked for.", "120.00"),
        ),
    ),
    Project(
        title="Annual report",
        phases=(Phase("Report", fixed_price="3600.00", vat=REDUCED), Phase("Corrections", hourly_rate="80.00")),
        steps=(
            Work(115, ANN, 1260, "Layout", "Report"),
            Bill(108, Phases((("Report", "50"),))),
            Bill(81, Phases((("Report", "50"),))),
            Work(74, DENIZ, 100, "Corrections of the board", "Corrections"),
        ),
    ),
    Project(
        title="School programme",
        phases=(Phase("Sponsored", billing_method=BillingMethod.NON_BILLABLE),),
        steps=(
            Work(56, ANN, 240, "Work sheets", "Sponsored"),
            Work(22, ANN, 150, "Teacher's guide", "Sponsored"),
        ),
    ),
    Project(
        title="Members' magazine",
        hourly_rate="90.00",
        vat=REDUCED,
        subscriptions=(
            Subscription(title="Quarterly issue", lines=(Line("Layout of one issue", "1450.00"),), starts_days_ago=200, every=3, book=True),
        ),
        steps=(
            RunSubscriptions(199),
            Work(180, CHLOE, 780, "First issue"),
            RunSubscriptions(100),
            Work(97, CHLOE, 840, "Second issue"),
        ),
    ),
    Project(
        title="Donor wall",
        hourly_rate="110.00",
        status=ProjectStatus.ON_HOLD,
        steps=(
            Bill(65, Manual("750.00", "Advance on the donor wall")),
            Credit(50, "Postponed until next year."),
            Work(48, ANN, 135, "Sketch"),
        ),
    ),
    Project(
        title="Museum night",
        hourly_rate="95.00",
        status=ProjectStatus.DONE,
        steps=(
            Work(91, CHLOE, 370, "Poster"),
            Bill(84, Timetracking()),
            Cost(83, "Poster space", "38.00", "15"),
        ),
    ),
    Project(
        title="Signposts",
        hourly_rate="85.00",
        steps=(
            Work(18, CHLOE, 20, "Measured the halls"),
            Work(17, CHLOE, 20, "Measured the garden"),
            Work(16, CHLOE, 20, "Measured the tower"),
        ),
    ),
)
