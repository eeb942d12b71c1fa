"""checks, comparisons and decisions of township and county"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Sealed, Symbols, Words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
locks = ()
breaks = ()


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", Words(60), nullable=False),
        sa.Column("text", Words(600), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_announcements_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        batch_op.create_index("ix_announcements_case_id", ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_announcements_household_id"), ["household_id"], unique=False)

    op.create_table(
        "authorizations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", Symbols(20), nullable=False),
        sa.Column("way", Symbols(20), nullable=True, comment="paper, own_phone, video or guardian"),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("filled_in_by", Words(50), nullable=False),
        sa.Column("mark", Symbols(20), nullable=True, comment="thumbprint or mark of somebody unable to write"),
        sa.Column("witnesses", sa.JSON(none_as_null=True), nullable=False, comment="names, and whether a cadre"),
        sa.Column("was_read_aloud", sa.Boolean(), nullable=False),
        sa.Column("guardian", Words(50), nullable=False),
        sa.Column("why_sealed", Sealed(3000), nullable=True, comment="why a member was not reached"),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("consequence_told", sa.Boolean(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False, comment="whose text was signed"),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_role", Symbols(20), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_authorizations_case_id_cases")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_authorizations_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorizations")),
    )
    with op.batch_alter_table("authorizations", schema=None) as batch_op:
        batch_op.create_index("ix_authorizations_case_id_id", ["case_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_authorizations_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_authorizations_person_id_id", ["person_id", "id"], unique=False)

    op.create_table(
        "comparisons",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", Symbols(20), nullable=False, comment="filed or skipped"),
        sa.Column("skipped", sa.JSON(none_as_null=True), nullable=False, comment="items that a leader let go"),
        sa.Column("reason_sealed", Sealed(6000), nullable=True, comment="why they were let go"),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_comparisons_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparisons")),
    )
    with op.batch_alter_table("comparisons", schema=None) as batch_op:
        batch_op.create_index("ix_comparisons_case_id_id", ["case_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comparisons_household_id"), ["household_id"], unique=False)

    op.create_table(
        "county_batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("number", Words(60), nullable=False),
        sa.Column("sits_on", sa.Date(), nullable=False),
        sa.Column("prepared_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("prepared_by_name", Words(50), nullable=False),
        sa.Column("prepared_at", Moment(), nullable=False),
        sa.Column("signed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("signed_by_name", Words(50), nullable=False),
        sa.Column("signed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county_code"], ["counties.code"], name=op.f("fk_county_batches_county_code_counties")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_county_batches")),
        sa.UniqueConstraint("county_code", "number", name=op.f("uq_county_batches_county_code_number")),
    )
    op.create_table(
        "department_checks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department", Symbols(30), nullable=False),
        sa.Column("opinion", Symbols(20), nullable=False),
        sa.Column("findings_sealed", Sealed(6000), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("checker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checker_name", Words(50), nullable=False),
        sa.Column("second_name", Words(50), nullable=False, comment="two go together"),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_department_checks_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_checks")),
    )
    with op.batch_alter_table("department_checks", schema=None) as batch_op:
        batch_op.create_index("ix_department_checks_case_id_id", ["case_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_department_checks_household_id"), ["household_id"], unique=False)

    op.create_table(
        "disaster_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("name", Words(80), nullable=False),
        sa.Column("number", Words(60), nullable=False),
        sa.Column("kind", Symbols(20), nullable=False),
        sa.Column("area", sa.JSON(none_as_null=True), nullable=False, comment="region codes of 6 to 15 digits"),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_by_name", Words(50), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closing_number", Words(60), nullable=False),
        sa.Column("closed_by_name", Words(50), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code"], ["counties.code"], name=op.f("fk_disaster_events_county_code_counties")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disaster_events")),
        sa.UniqueConstraint("county_code", "number", name=op.f("uq_disaster_events_county_code_number")),
    )
    with op.batch_alter_table("disaster_events", schema=None) as batch_op:
        batch_op.create_index("ix_disaster_events_county_code_closed_on", ["county_code", "closed_on"], unique=False)

    op.create_table(
        "green_channels",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause", Symbols(20), nullable=False),
        sa.Column("studied_on", sa.Date(), nullable=False, comment="when the two village committees studied it"),
        sa.Column("studied_sealed", Sealed(6000), nullable=False, comment="the committees' words"),
        sa.Column("asked_by_name", Words(50), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("aid_sealed", Sealed(3000), nullable=True, comment="what was given"),
        sa.Column("how_much", Words(100), nullable=False),
        sa.Column("cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True, comment="money, in 分"),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("delivered_by_name", Words(50), nullable=False),
        sa.Column("family_confirmed", sa.Boolean(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_green_channels_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_green_channels")),
        sa.UniqueConstraint("case_id", name=op.f("uq_green_channels_case_id")),
    )
    with op.batch_alter_table("green_channels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_green_channels_household_id"), ["household_id"], unique=False)

    op.create_table(
        "green_opinions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", Symbols(10), nullable=False, comment="town or county"),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column(
            "by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="who typed it"
        ),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("given_at", Moment(), nullable=False),
        sa.Column("phoned_by", Words(50), nullable=False, comment="the leader who agreed by telephone"),
        sa.Column("phoned_at", Moment(), nullable=True),
        sa.Column("signed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("signed_by_name", Words(50), nullable=False),
        sa.Column("signed_at", Moment(), nullable=True),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_green_opinions_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_green_opinions")),
    )
    with op.batch_alter_table("green_opinions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_green_opinions_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_green_opinions_household_id"), ["household_id"], unique=False)

    op.create_table(
        "national_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipt_no", Symbols(40), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_national_entries_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_national_entries")),
    )
    with op.batch_alter_table("national_entries", schema=None) as batch_op:
        batch_op.create_index("ix_national_entries_case_id", ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_national_entries_household_id"), ["household_id"], unique=False)

    op.create_table(
        "batch_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verdict", Symbols(20), nullable=False, comment="approve, reject or send_back"),
        sa.Column("codes", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("words_sealed", Sealed(6000), nullable=True),
        sa.Column("alternative_sealed", Sealed(6000), nullable=True),
        sa.Column("transfer", Symbols(20), nullable=True),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("seen_content_version", sa.Integer(), nullable=False),
        sa.Column("prepared_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", Symbols(20), nullable=False),
        sa.Column("said", Words(300), nullable=False, comment="why it did not go through"),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["county_batches.id"], name=op.f("fk_batch_items_batch_id_county_batches")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_batch_items_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_items")),
        sa.UniqueConstraint("batch_id", "case_id", name=op.f("uq_batch_items_batch_id_case_id")),
    )
    with op.batch_alter_table("batch_items", schema=None) as batch_op:
        batch_op.create_index("ix_batch_items_case_id", ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_batch_items_household_id"), ["household_id"], unique=False)

    op.create_table(
        "comparison_results",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("comparison_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", Symbols(20), nullable=False),
        sa.Column("result", Symbols(20), nullable=False, comment="hit, no_hit or not_compared"),
        sa.Column("why", Symbols(20), nullable=True, comment="why it was not compared"),
        sa.Column("authorization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("remark_sealed", Sealed(3000), nullable=True, comment="what the register's holder added"),
        sa.Column("explanation_sealed", Sealed(3000), nullable=True),
        sa.Column("explained_by", Words(50), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["authorization_id"],
            ["authorizations.id"],
            name=op.f("fk_comparison_results_authorization_id_authorizations"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_comparison_results_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["comparison_id"], ["comparisons.id"], name=op.f("fk_comparison_results_comparison_id_comparisons")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_comparison_results_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison_results")),
        sa.UniqueConstraint(
            "comparison_id", "person_id", "item", name=op.f("uq_comparison_results_comparison_id_person_id_item")
        ),
    )
    with op.batch_alter_table("comparison_results", schema=None) as batch_op:
        batch_op.create_index("ix_comparison_results_case_id_id", ["case_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comparison_results_household_id"), ["household_id"], unique=False)

    op.create_table(
        "disaster_households",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name_key", Symbols(64), nullable=True, comment="of village, name and phone"),
        sa.Column("id_key", Symbols(64), nullable=True),
        sa.Column("source", Symbols(20), nullable=False, comment="the channel by which it first came"),
        sa.Column("named_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_disaster_households_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["disaster_events.id"], name=op.f("fk_disaster_households_event_id_disaster_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disaster_households")),
        sa.UniqueConstraint("event_id", "id_key", name=op.f("uq_disaster_households_event_id_id_key")),
        sa.UniqueConstraint("event_id", "name_key", name=op.f("uq_disaster_households_event_id_name_key")),
    )
    with op.batch_alter_table("disaster_households", schema=None) as batch_op:
        batch_op.create_index("ix_disaster_households_event_id_case_id", ["event_id", "case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_disaster_households_household_id"), ["household_id"], unique=False)

    op.create_table(
        "judgements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", Symbols(40), nullable=False),
        sa.Column("category_proposed", Symbols(20), nullable=True),
        sa.Column("category", Symbols(20), nullable=True),
        sa.Column("opinion_sealed", Sealed(6000), nullable=True),
        sa.Column("alternative_sealed", Sealed(6000), nullable=True, comment="how the family is helped otherwise"),
        sa.Column("transfer", Symbols(20), nullable=True, comment="the office it was handed to"),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("judged_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["county_batches.id"], name=op.f("fk_judgements_batch_id_county_batches")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_judgements_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgements")),
    )
    with op.batch_alter_table("judgements", schema=None) as batch_op:
        batch_op.create_index("ix_judgements_case_id_id", ["case_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_judgements_household_id"), ["household_id"], unique=False)


def downgrade() -> None:
    # With its table each index goes; MariaDB would not drop one alone that a foreign key uses.
    op.drop_table("judgements")
    op.drop_table("disaster_households")
    op.drop_table("comparison_results")
    op.drop_table("batch_items")
    op.drop_table("national_entries")
    op.drop_table("green_opinions")
    op.drop_table("green_channels")
    op.drop_table("disaster_events")
    op.drop_table("department_checks")
    op.drop_table("county_batches")
    op.drop_table("comparisons")
    op.drop_table("authorizations")
    op.drop_table("announcements")
