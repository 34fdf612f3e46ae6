"""The projects of Harbour & Pine, a shop for the outdoors: VAT at the standard rate, one project in dollars."""

from __future__ import annotations

from billhook.billing.demo.project import Deal, Line, Phase, Project, Subscription
from billhook.billing.demo.steps import Article, Bill, Book, Cost, Credit, RunSubscriptions, Work
from billhook.billing.demo.studio import ANN, BRAM, CHLOE, DENIZ, DESIGN, DEVELOPMENT
from billhook.billing.demo.ways import DealPart, Manual, Phases, Timetracking
from billhook.domain.words import BillingMethod, ProjectStatus

WEBSITE = Project(
    title="Website",
    hourly_rate="100.00",
    steps=(
        Bill(12, Manual("400.00", "Advance on the website")),
        Work(9, ANN, 90, "Home page, first sketch"),
        Work(4, BRAM, 150, "Templates"),
        Work(0, ANN, 1, "Changed a heading"),
    ),
)
"""The worked example, just before it is invoiced: 401.67 is unbilled, 400.00 was invoiced in advance, so it is proposed."""

PROJECTS = (
    WEBSITE,
    Project(
        title="Web shop",
        hourly_rate="105.00",
        phases=(Phase("Design", hourly_rate="95.00"), Phase("Build")),
        steps=(
            Work(80, CHLOE, 240, "Product page", "Design", DESIGN),
            Work(76, CHLOE, 195, "Basket and checkout", "Design", DESIGN),
            Work(71, BRAM, 420, "Catalogue import", "Build", DEVELOPMENT),
            Bill(64, Timetracking("PHASE")),
            Work(20, BRAM, 380, "Payment provider", "Build", DEVELOPMENT),
            Work(13, CHLOE, 75, "Icons for delivery", "Design", DESIGN),
            Work(3, BRAM, 210, "Stock levels", "Build", DEVELOPMENT),
        ),
    ),
    Project(
        title="US web shop",
        hourly_rate="120.00",
        currency="USD",
        steps=(
            Bill(58, Manual("1500.00", "Advance on the US web shop")),
            Work(50, BRAM, 480, "Sales tax"),
            Work(41, BRAM, 315, "Sizes in inches"),
            Work(8, CHLOE, 130, "Copy for the launch"),
        ),
    ),
    Project(
        title="Newsletter templates",
        hourly_rate="80.00",
        steps=(
            Bill(33, Manual("400.00", "Advance on the templates", "INVOICING_MODULE")),
            Work(24, CHLOE, 180, "Three templates"),
            Work(10, CHLOE, 120, "Tested in mail programs"),
        ),
    ),
    Project(
        title="Catalogue shoot",
        hourly_rate="90.00",
        phases=(Phase("Photography"), Phase("Retouching", hourly_rate="75.00")),
        steps=(
            Work(30, CHLOE, 465, "Shoot on the beach", "Photography", articles=(Article("Studio light, per day", "85.00", "2"),)),
            Cost(29, "Two models", "640.00", phase="Photography"),
            Cost(29, "Fuel", "48.20", phase="Photography", billable=False),
            Work(22, DENIZ, 340, "First selection", "Retouching", articles=(Article("Proof print", "4.75", "24"),)),
            Bill(5, Phases(), book=False),
            Work(2, DENIZ, 95, "Second selection", "Retouching"),
        ),
    ),
    Project(
        title="Packaging",
        hourly_rate="95.00",
        phases=(
            Phase("Pitch", billing_method=BillingMethod.NON_BILLABLE),
            Phase("Design", fixed_price="4800.00"),
            Phase("Print supervision"),
        ),
        steps=(
            Work(90, ANN, 360, "Three directions", "Pitch"),
            Work(70, CHLOE, 1500, "Chosen direction", "Design"),
            Bill(60, Phases((("Design", "30"),))),
            Work(28, CHLOE, 840, "Final artwork", "Design"),
            Work(11, ANN, 245, "At the printer's", "Print supervision"),
            Cost(11, "Train to the printer's", "61.40", phase="Print supervision"),
        ),
    ),
    Project(
        title="Site care",
        hourly_rate="100.00",
        subscriptions=(Subscription(title="Care plan", lines=(Line("Updates and backups", "75.00"),), starts_days_ago=100, book=True),),
        steps=(
            RunSubscriptions(99),
            RunSubscriptions(68),
            Work(40, BRAM, 45, "Security update"),
            RunSubscriptions(37),
            Work(15, BRAM, 70, "Restored a backup"),
        ),
    ),
    Project(
        title="Brand identity",
        hourly_rate="110.00",
        deals=(Deal("Brand package", (Line("Logo and style", "6000.00"), Line("Brand book", "3000.00"))),),
        steps=(
            Bill(75, DealPart(title="Brand package", percentage="50")),
            Work(60, ANN, 1320, "Logo"),
            Work(44, ANN, 960, "Style"),
            Work(18, CHLOE, 600, "Brand book"),
            Bill(6, DealPart(title="Brand package", percentage="25"), book=False),
        ),
    ),
    Project(
        title="Shop signs",
        hourly_rate="85.00",
        status=ProjectStatus.DONE,
        steps=(
            Work(66, CHLOE, 300, "Lettering for two windows"),
            Bill(62, Timetracking(), book=False),
            Book(61),
            Work(48, CHLOE, 110, "Colours after the first proof"),
        ),
    ),
    Project(
        title="Loyalty app",
        hourly_rate="105.00",
        status=ProjectStatus.ON_HOLD,
        steps=(
            Work(55, BRAM, 390, "Prototype"),
            Work(54, BRAM, 30, "Internal review", billable=False),
            Work(52, BRAM, 260, "Prototype, second round"),
        ),
    ),
    Project(
        title="Gift cards",
        hourly_rate="90.00",
        steps=(
            Work(46, CHLOE, 150, "Four designs"),
            Bill(42, Timetracking()),
            Credit(39, "Ordered by another department; invoiced again there."),
        ),
    ),
)
