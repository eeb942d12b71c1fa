"""monitoring: watched families, plans, measures, relief, insurance, regular visits, dangers, the way out, warnings"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Sealed, Symbols, Words

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
locks = ()
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "measure_lines",
    "measures",
    "removal_checks",
    "relief_claims",
    "plans",
    "inspected",
    "hazards",
    "campaign_families",
    "assignments",
    "watches",
    "warning_notes",
    "publicity",
    "office_meetings",
    "offers",
    "insurance_years",
    "inspections",
    "campaigns",
    "busy_times",
    "visit_turns",
    "regular_visits",
    "member_changes",
)
"""In the order in which they are taken away."""


def _place() -> tuple[sa.Column, ...]:
    return (
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", ID, nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "member_changes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", Symbols(20), nullable=False, comment="policy dictionary member_changes"),
        sa.Column("person_id", ID, nullable=True, comment="empty for somebody who is new"),
        sa.Column("name", Words(50), nullable=False),
        sa.Column("relation", Symbols(20), nullable=False),
        sa.Column("other_household_id", ID, nullable=True, comment="where they went or came from, if it is known"),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("words_sealed", Sealed(6000), nullable=True),
        sa.Column("outcome", Symbols(12), nullable=False, comment="proposed, confirmed, dropped"),
        sa.Column("told_by", ID, nullable=False),
        sa.Column("told_by_name", Words(50), nullable=False),
        sa.Column("told_at", Moment(), nullable=False),
        sa.Column("settled_by_name", Words(50), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        *_place(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_changes")),
    )
    with op.batch_alter_table("member_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_changes_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_member_changes_household_id_id", ["household_id", "id"], unique=False)

    op.create_table(
        "regular_visits",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("client_key", Symbols(36), nullable=False, comment="one a visit, made by the phone"),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("way", Symbols(20), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False, comment="whether somebody of the family was met or spoken to"),
        sa.Column("conclusion", Symbols(20), nullable=False, comment="policy dictionary round_conclusions"),
        sa.Column("changed", sa.JSON(none_as_null=True), nullable=False, comment="the topics that changed"),
        sa.Column(
            "states", sa.JSON(none_as_null=True), nullable=False, comment="topic to a code; the words are sealed"
        ),
        sa.Column("words_sealed", Sealed(22000), nullable=True, comment="topic to words, as JSON"),
        sa.Column("kinds", sa.JSON(none_as_null=True), nullable=False, comment="the kinds of duty that it closed"),
        sa.Column(
            "announced", sa.JSON(none_as_null=True), nullable=False, comment="sha256 of photos; none is demanded"
        ),
        sa.Column("clue_id", ID, nullable=True),
        sa.Column("warning_id", ID, nullable=True, comment="the warning case that it began"),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("by_role", Symbols(20), nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        *_place(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regular_visits")),
    )
    with op.batch_alter_table("regular_visits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_regular_visits_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_regular_visits_household_id_id", ["household_id", "id"], unique=False)
        batch_op.create_index(
            "ix_regular_visits_village_code_visited_on", ["village_code", "visited_on", "id"], unique=False
        )

    op.create_table(
        "visit_turns",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("is_lifted", sa.Boolean(), nullable=False, comment="a formerly poor household (脱贫户)"),
        sa.Column("is_away", sa.Boolean(), nullable=False, comment="the whole family lives elsewhere for long"),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=False, comment="policy dictionary must_visit"),
        sa.Column("difficulty", Symbols(20), nullable=False, comment="internal, never public"),
        sa.Column("best_way", Symbols(20), nullable=False, comment="policy dictionary visit_ways"),
        sa.Column("best_time", Symbols(20), nullable=False, comment="policy dictionary day_parts"),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("last_visit_id", ID, nullable=True),
        sa.Column("made_for", Symbols(7), nullable=False, comment="the month whose duty was made: 2026-03"),
        *_place(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_turns")),
        sa.UniqueConstraint("household_id", name=op.f("uq_visit_turns_household_id")),
    )
    with op.batch_alter_table("visit_turns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_turns_household_id"), ["household_id"], unique=False)

    op.create_table(
        "busy_times",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("region_code", Symbols(12), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("why", Words(60), nullable=False),
        sa.Column("said_by_name", Words(50), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_busy_times_county_code_counties")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_times")),
    )
    with op.batch_alter_table("busy_times", schema=None) as batch_op:
        batch_op.create_index("ix_busy_times_region_code_until_on", ["region_code", "until_on"], unique=False)

    op.create_table(
        "campaigns",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("region_code", Symbols(15), nullable=False, comment="the place that it covers"),
        sa.Column("name", Words(60), nullable=False),
        sa.Column("number", Words(60), nullable=False, comment="of the document that orders it"),
        sa.Column("kind", Symbols(20), nullable=False, comment="policy dictionary campaigns"),
        sa.Column("whom", Symbols(20), nullable=False, comment="policy dictionary campaign_families: the rule"),
        sa.Column(
            "questions", sa.JSON(none_as_null=True), nullable=False, comment="a few, to be ticked where it is so"
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_by_name", Words(50), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_campaigns_county_code_counties")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.create_index("ix_campaigns_county_code_until_on", ["county_code", "until_on", "id"], unique=False)

    op.create_table(
        "inspections",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("region_code", Symbols(15), nullable=False),
        sa.Column("seed", Symbols(40), nullable=False),
        sa.Column("villages", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False, comment="drawn in each village"),
        sa.Column("drawn_from", sa.Integer(), nullable=False, comment="how many households there were to draw from"),
        sa.Column("drawn_by", ID, nullable=False),
        sa.Column("drawn_by_name", Words(50), nullable=False),
        sa.Column("drawn_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_inspections_county_code_counties")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
    )
    with op.batch_alter_table("inspections", schema=None) as batch_op:
        batch_op.create_index("ix_inspections_region_code_id", ["region_code", "id"], unique=False)

    op.create_table(
        "insurance_years",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("is_paid", sa.Boolean(), nullable=False),
        sa.Column("subsidy_fen", ID, nullable=False, comment="分"),
        sa.Column("noted_by", ID, nullable=False),
        sa.Column("noted_by_name", Words(50), nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        *_place(),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_insurance_years_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance_years")),
        sa.UniqueConstraint("person_id", "year", name=op.f("uq_insurance_years_person_id_year")),
    )
    with op.batch_alter_table("insurance_years", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insurance_years_household_id"), ["household_id"], unique=False)

    op.create_table(
        "offers",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("department", Symbols(30), nullable=False, comment="policy departments"),
        sa.Column("category", Symbols(30), nullable=False, comment="policy dictionary measures"),
        sa.Column("name", Words(60), nullable=False),
        sa.Column("who", Words(300), nullable=False, comment="who qualifies, in plain words"),
        sa.Column("amount", Words(100), nullable=False, comment="in words: 每人每年200元"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "risks", sa.JSON(none_as_null=True), nullable=False, comment="for which risks it is meant; empty: any"
        ),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_by_name", Words(50), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_offers_county_code_counties")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index("ix_offers_county_code_department_id", ["county_code", "department", "id"], unique=False)

    op.create_table(
        "office_meetings",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("region_code", Symbols(15), nullable=False),
        sa.Column("kind", Symbols(20), nullable=False, comment="policy dictionary office_meetings"),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("subject", Words(200), nullable=False),
        sa.Column("attended", sa.JSON(none_as_null=True), nullable=False, comment="units, by name"),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=False, comment="the pack as it then was: counts"),
        sa.Column("minutes_sealed", Sealed(22000), nullable=True, comment="may speak of families"),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_by_name", Words(50), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code"], ["counties.code"], name=op.f("fk_office_meetings_county_code_counties")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_meetings")),
    )
    with op.batch_alter_table("office_meetings", schema=None) as batch_op:
        batch_op.create_index("ix_office_meetings_region_code_held_on", ["region_code", "held_on", "id"], unique=False)

    op.create_table(
        "publicity",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("region_code", Symbols(15), nullable=False),
        sa.Column("kind", Symbols(20), nullable=False, comment="policy dictionary publicity"),
        sa.Column("subject", Words(100), nullable=False),
        sa.Column("audience", Words(100), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False, comment="of a sample: how many were asked"),
        sa.Column("knew", sa.Integer(), nullable=False, comment="and how many knew"),
        sa.Column("text", Words(4000), nullable=False, comment="an article for everybody's phone"),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_publicity_county_code_counties")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity")),
    )
    with op.batch_alter_table("publicity", schema=None) as batch_op:
        batch_op.create_index("ix_publicity_region_code_id", ["region_code", "id"], unique=False)

    op.create_table(
        "warning_notes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("step", Symbols(40), nullable=False),
        sa.Column(
            "items", sa.JSON(none_as_null=True), nullable=False, comment="policy dictionary safety_items, or income"
        ),
        sa.Column("department", Symbols(30), nullable=False),
        sa.Column("words_sealed", Sealed(6000), nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        *_place(),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_warning_notes_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_notes")),
    )
    with op.batch_alter_table("warning_notes", schema=None) as batch_op:
        batch_op.create_index("ix_warning_notes_case_id_id", ["case_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_warning_notes_household_id"), ["household_id"], unique=False)

    op.create_table(
        "watches",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, nullable=False, comment="the case that included the family"),
        sa.Column("head_name", Words(50), nullable=False),
        sa.Column("category", Symbols(30), nullable=False, comment="policy dictionary categories"),
        sa.Column("risks", sa.JSON(none_as_null=True), nullable=False, comment="policy dictionary risks"),
        sa.Column("standing", Symbols(20), nullable=False),
        sa.Column("labour", Symbols(20), nullable=False, comment="policy dictionary family_labour"),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("removal_mode", Symbols(20), nullable=False, comment="policy dictionary removal_modes"),
        sa.Column("removal_case_id", ID, nullable=True, comment="the case by which the risk was removed"),
        sa.Column("rolled_back_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True, comment="gone as a family, or included by mistake"),
        sa.Column("changed_at", Moment(), nullable=False),
        *_place(),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_watches_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
        sa.UniqueConstraint("case_id", name=op.f("uq_watches_case_id")),
    )
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.create_index("ix_watches_county_code_standing_id", ["county_code", "standing", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_watches_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_watches_township_code_standing_id", ["township_code", "standing", "id"], unique=False)
        batch_op.create_index("ix_watches_village_code_standing_id", ["village_code", "standing", "id"], unique=False)

    op.create_table(
        "assignments",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("meeting_id", ID, nullable=True),
        sa.Column("finding_id", ID, nullable=True, comment="the family of an inspection that it came of"),
        sa.Column("what", Words(300), nullable=False),
        sa.Column("owner_region", Symbols(15), nullable=False),
        sa.Column("department", Symbols(30), nullable=False, comment="policy departments, if one is to do it"),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer_sealed", Sealed(6000), nullable=True),
        sa.Column("answered_by_name", Words(50), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="accepted by whoever handed it out"),
        sa.Column("closed_by_name", Words(50), nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_by_name", Words(50), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        *_place(),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["office_meetings.id"], name=op.f("fk_assignments_meeting_id_office_meetings")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_assignments_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index(
            "ix_assignments_county_code_closed_on_id", ["county_code", "closed_on", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_assignments_household_id"), ["household_id"], unique=False)

    op.create_table(
        "campaign_families",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("head_name", Words(50), nullable=False),
        sa.Column("visit_id", ID, nullable=True),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.Column(
            "is_so", sa.JSON(none_as_null=True), nullable=False, comment="numbers of the questions that were ticked"
        ),
        *_place(),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_families_campaign_id_campaigns")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_families")),
        sa.UniqueConstraint("campaign_id", "household_id", name=op.f("uq_campaign_families_campaign_id_household_id")),
    )
    with op.batch_alter_table("campaign_families", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_families_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_campaign_families_village", ["village_code", "campaign_id", "visit_id"], unique=False)

    op.create_table(
        "hazards",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("visit_id", ID, nullable=False),
        sa.Column("item", Symbols(20), nullable=False, comment="policy dictionary safety_items"),
        sa.Column("head_name", Words(50), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("words_sealed", Sealed(6000), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_by_name", Words(50), nullable=False),
        sa.Column("closing_sealed", Sealed(6000), nullable=True, comment="what was done, as the check saw it"),
        *_place(),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_hazards_task_id_tasks")),
        sa.ForeignKeyConstraint(["visit_id"], ["regular_visits.id"], name=op.f("fk_hazards_visit_id_regular_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazards")),
    )
    with op.batch_alter_table("hazards", schema=None) as batch_op:
        batch_op.create_index("ix_hazards_county_code_closed_on_id", ["county_code", "closed_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hazards_household_id"), ["household_id"], unique=False)

    op.create_table(
        "inspected",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("inspection_id", ID, nullable=False),
        sa.Column("head_name", Words(50), nullable=False),
        sa.Column("outcome", Symbols(12), nullable=False, comment="policy dictionary inspection_outcomes"),
        sa.Column("words_sealed", Sealed(6000), nullable=True),
        sa.Column("found_by_name", Words(50), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=True),
        *_place(),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_inspected_inspection_id_inspections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspected")),
        sa.UniqueConstraint("inspection_id", "household_id", name=op.f("uq_inspected_inspection_id_household_id")),
    )
    with op.batch_alter_table("inspected", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspected_household_id"), ["household_id"], unique=False)

    op.create_table(
        "plans",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("watch_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("risks", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("labour", Symbols(20), nullable=False),
        sa.Column(
            "needs",
            sa.JSON(none_as_null=True),
            nullable=False,
            comment="policy dictionary measures: what kinds of help are needed",
        ),
        sa.Column("wishes_sealed", Sealed(6000), nullable=True, comment="what the family itself asked for"),
        sa.Column("heard_whom", Symbols(30), nullable=False, comment="policy dictionary relations: who of the family"),
        sa.Column("heard_on", sa.Date(), nullable=False),
        sa.Column("needs_care", sa.Boolean(), nullable=False, comment="somebody who cannot look after themselves"),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_by_name", Words(50), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("replaced_at", Moment(), nullable=True),
        *_place(),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_plans_case_id_cases")),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name=op.f("fk_plans_watch_id_watches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plans_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_plans_watch_id_id", ["watch_id", "id"], unique=False)

    op.create_table(
        "relief_claims",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("watch_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("category", Symbols(30), nullable=False, comment="which of the three, when it was claimed"),
        sa.Column("cause", Symbols(20), nullable=False, comment="policy dictionary relief_causes"),
        sa.Column("words_sealed", Sealed(6000), nullable=False),
        sa.Column("asked_fen", ID, nullable=False, comment="分"),
        sa.Column("outcome", Symbols(20), nullable=False, comment="policy dictionary relief_states"),
        sa.Column("granted_fen", ID, nullable=True, comment="分"),
        sa.Column("answer_sealed", Sealed(6000), nullable=True),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_by_name", Words(50), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("decided_by_name", Words(50), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        *_place(),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_relief_claims_case_id_cases")),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name=op.f("fk_relief_claims_watch_id_watches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relief_claims")),
    )
    with op.batch_alter_table("relief_claims", schema=None) as batch_op:
        batch_op.create_index("ix_relief_claims_county_code_outcome_id", ["county_code", "outcome", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_relief_claims_household_id"), ["household_id"], unique=False)

    op.create_table(
        "removal_checks",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("watch_id", ID, nullable=False),
        sa.Column("visit_id", ID, nullable=False),
        sa.Column("mode", Symbols(20), nullable=False, comment="policy dictionary removal_modes"),
        sa.Column(
            "met", sa.JSON(none_as_null=True), nullable=False, comment="each item of the checklist: true or false"
        ),
        sa.Column(
            "safety", sa.JSON(none_as_null=True), nullable=False, comment="policy dictionary safety_items to safety"
        ),
        sa.Column(
            "income",
            sa.JSON(none_as_null=True),
            nullable=False,
            comment="the five sums and two more, 分; no other word",
        ),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("per_head_fen", ID, nullable=False, comment="分 a head and year"),
        sa.Column("line_yuan", sa.Integer(), nullable=False),
        sa.Column("line_of_year", sa.Integer(), nullable=False),
        sa.Column("view", Symbols(20), nullable=False, comment="policy dictionary family_views"),
        sa.Column("view_sealed", Sealed(6000), nullable=True, comment="what the family said, in its words"),
        sa.Column("heard_whom", Symbols(30), nullable=False, comment="policy dictionary relations"),
        sa.Column("warnings", sa.JSON(none_as_null=True), nullable=False, comment="rules that warned, by name"),
        sa.Column("second_name", Words(50), nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        *_place(),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_removal_checks_case_id_cases")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_removal_checks_visit_id_visits")),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name=op.f("fk_removal_checks_watch_id_watches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal_checks")),
    )
    with op.batch_alter_table("removal_checks", schema=None) as batch_op:
        batch_op.create_index("ix_removal_checks_case_id_id", ["case_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_removal_checks_household_id"), ["household_id"], unique=False)

    op.create_table(
        "measures",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("watch_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("plan_id", ID, nullable=False),
        sa.Column("offer_id", ID, nullable=True),
        sa.Column("person_id", ID, nullable=True, comment="empty: for the whole family"),
        sa.Column("person_name", Words(50), nullable=False),
        sa.Column("category", Symbols(30), nullable=False, comment="policy dictionary measures, the fourteen kinds"),
        sa.Column("what", Words(200), nullable=False),
        sa.Column("department", Symbols(30), nullable=False),
        sa.Column("responsible", Words(50), nullable=False),
        sa.Column("nature", Symbols(20), nullable=False, comment="policy dictionary measure_natures"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("planned_fen", ID, nullable=True, comment="分; empty where it is not about money"),
        sa.Column("progress", Symbols(20), nullable=False, comment="policy dictionary measure_states"),
        sa.Column("funds", Symbols(20), nullable=False, comment="policy dictionary fund_states"),
        sa.Column("paid_fen", ID, nullable=True, comment="分"),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("family_says", Symbols(20), nullable=False, comment="policy dictionary family_says"),
        sa.Column("family_said_on", sa.Date(), nullable=True),
        sa.Column("said_to", Words(50), nullable=False, comment="who wrote the family's word down"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_place(),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_measures_case_id_cases")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_measures_offer_id_offers")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_measures_plan_id_plans")),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name=op.f("fk_measures_watch_id_watches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measures")),
    )
    with op.batch_alter_table("measures", schema=None) as batch_op:
        batch_op.create_index(
            "ix_measures_county_code_department_progress", ["county_code", "department", "progress", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_measures_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_measures_watch_id_id", ["watch_id", "id"], unique=False)

    op.create_table(
        "measure_lines",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("measure_id", ID, nullable=False),
        sa.Column("what", Symbols(20), nullable=False, comment="a state, a fund state, or what the family says"),
        sa.Column("on", sa.Date(), nullable=False, comment="when it was so, which may be before it was typed"),
        sa.Column("words_sealed", Sealed(6000), nullable=True, comment="evidence in words: voucher, what was given"),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        *_place(),
        sa.ForeignKeyConstraint(["measure_id"], ["measures.id"], name=op.f("fk_measure_lines_measure_id_measures")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_lines")),
    )
    with op.batch_alter_table("measure_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measure_lines_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_measure_lines_measure_id_id", ["measure_id", "id"], unique=False)

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "left_on", sa.Date(), nullable=True, comment="went to live elsewhere: no longer of this household"
            )
        )

    _watch_those_included_before()


def _watch_those_included_before() -> None:
    """Let every family that was included before be watched from that day on; its plan is still to be made."""
    op.execute(
        "INSERT INTO watches (id, case_id, county_code, township_code, village_code, grid_code, household_id, "
        "head_name, category, risks, standing, labour, began_on, removal_mode, changed_at) "
        "SELECT c.id, c.id, c.county_code, c.township_code, c.village_code, c.grid_code, c.household_id, "
        "c.head_name, '', '[]', 'plan_pending', '', DATE(c.closed_at), '', c.closed_at "
        "FROM cases c WHERE c.state = 'monitored' AND c.closed_at IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM cases d WHERE d.household_id = c.household_id AND d.state = 'monitored' AND d.id > c.id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("left_on")
    for table in TABLES:
        op.drop_table(table)
