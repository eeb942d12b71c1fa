"""monitoring: the roster, grids, offices, handed-in files, doubts, department alerts, answers of registers"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Sealed, Symbols, Words

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
locks = ()
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DOWN_COLUMNS = {
    "people": ("row_digest", "details_sealed"),
    "households": ("row_digest", "details_sealed", "national_no", "standing", "group_name"),
}


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
        "grids",
        sa.Column("code", Symbols(15), nullable=False),
        sa.Column("parent_code", Symbols(12), nullable=False, comment="its village"),
        sa.Column("group_name", Words(40), nullable=False, comment="村民小组"),
        sa.Column(
            "said_households", sa.Integer(), nullable=True, comment="as the ledger says; the roster itself is counted"
        ),
        sa.Column("note", Words(200), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["code"], ["regions.code"], name=op.f("fk_grids_code_regions")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_grids")),
    )
    with op.batch_alter_table("grids", schema=None) as batch_op:
        batch_op.create_index("ix_grids_parent_code", ["parent_code"], unique=False)

    op.create_table(
        "import_batches",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column(
            "region_code", Symbols(15), nullable=False, comment="of whoever handed it in: nothing beyond is touched"
        ),
        sa.Column("kind", Symbols(30), nullable=False),
        sa.Column("about", Symbols(30), nullable=False, comment="e.g. the batch of alerts that it answers"),
        sa.Column("standing", Symbols(12), nullable=False),
        sa.Column("file_name", Words(120), nullable=False),
        sa.Column("form", Symbols(8), nullable=False, comment="csv or xlsx, told by content"),
        sa.Column("sha256", Symbols(64), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False, comment="rows looked through so far, for whoever waits"),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=False, comment="outcome to number of rows"),
        sa.Column("why", Words(300), nullable=False, comment="why the whole file cannot be used"),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.Column("by_role", Symbols(20), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("accepted_at", Moment(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county_code"], ["counties.code"], name=op.f("fk_import_batches_county_code_counties")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batches")),
    )
    with op.batch_alter_table("import_batches", schema=None) as batch_op:
        batch_op.create_index("ix_import_batches_county_code_id", ["county_code", "id"], unique=False)
        batch_op.create_index("ix_import_batches_standing_id", ["standing", "id"], unique=False)

    op.create_table(
        "offices",
        sa.Column("code", Symbols(15), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("department", Symbols(30), nullable=False, comment="its code in the rules"),
        sa.Column("leader_name", Words(50), nullable=False, comment="分管负责人"),
        sa.Column("liaison_name", Words(50), nullable=False, comment="业务联络员"),
        sa.Column("liaison_phone_sealed", Sealed(200), nullable=True),
        sa.ForeignKeyConstraint(["code"], ["regions.code"], name=op.f("fk_offices_code_regions")),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_offices_county_code_counties")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_offices")),
        sa.UniqueConstraint("county_code", "department", name=op.f("uq_offices_county_code_department")),
    )
    op.create_table(
        "alert_batches",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("office_code", Symbols(15), nullable=False),
        sa.Column("topic", Symbols(30), nullable=False),
        sa.Column("key", Symbols(64), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True, comment="empty: pushed at once, owed by no day"),
        sa.Column("standing", Symbols(12), nullable=False, comment="owed, reading, filed or empty"),
        sa.Column("task_id", ID, nullable=True),
        sa.Column("import_id", ID, nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=False, comment="whose thresholds judge its rows"),
        sa.Column("letter_no", Words(60), nullable=False, comment="covering letter, where the county filed it"),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("filed_by", ID, nullable=True),
        sa.Column("filed_by_name", Words(50), nullable=False),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("matched_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_alert_batches_county_code_counties")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batches.id"], name=op.f("fk_alert_batches_import_id_import_batches")
        ),
        sa.ForeignKeyConstraint(["office_code"], ["offices.code"], name=op.f("fk_alert_batches_office_code_offices")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_alert_batches_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_batches")),
        sa.UniqueConstraint("county_code", "topic", "key", name=op.f("uq_alert_batches_county_code_topic_key")),
    )
    with op.batch_alter_table("alert_batches", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alert_batches_county_code_standing_due_on", ["county_code", "standing", "due_on"], unique=False
        )
        batch_op.create_index("ix_alert_batches_office_code_due_on", ["office_code", "due_on"], unique=False)

    op.create_table(
        "comparison_answers",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("item", Symbols(20), nullable=False),
        sa.Column("result", Symbols(20), nullable=False, comment="hit or no_hit"),
        sa.Column("remark_sealed", Sealed(3000), nullable=True),
        sa.Column("authorization_id", ID, nullable=False),
        sa.Column("import_id", ID, nullable=False),
        sa.Column("answered_at", Moment(), nullable=False),
        *_place(),
        sa.ForeignKeyConstraint(
            ["authorization_id"],
            ["authorizations.id"],
            name=op.f("fk_comparison_answers_authorization_id_authorizations"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_comparison_answers_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batches.id"], name=op.f("fk_comparison_answers_import_id_import_batches")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_comparison_answers_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison_answers")),
        sa.UniqueConstraint("case_id", "person_id", "item", name=op.f("uq_comparison_answers_case_id_person_id_item")),
    )
    with op.batch_alter_table("comparison_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comparison_answers_household_id"), ["household_id"], unique=False)

    op.create_table(
        "department_keys",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("office_code", Symbols(15), nullable=False),
        sa.Column("name", Words(60), nullable=False, comment="whose program it is, for whoever revokes it"),
        sa.Column("digest", Symbols(64), nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["office_code"], ["offices.code"], name=op.f("fk_department_keys_office_code_offices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_department_keys_digest")),
    )
    with op.batch_alter_table("department_keys", schema=None) as batch_op:
        batch_op.create_index("ix_department_keys_office_code", ["office_code"], unique=False)

    op.create_table(
        "grid_posts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=False),
        sa.Column("post", Symbols(10), nullable=False),
        sa.Column("name", Words(50), nullable=False),
        sa.Column("staff_id", ID, nullable=True, comment="where they use the program"),
        sa.Column("source", Symbols(20), nullable=False, comment="小组长、党员、村民代表、乡贤…"),
        sa.Column("title", Words(60), nullable=False),
        sa.Column("phone_sealed", Sealed(200), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["grid_code"], ["grids.code"], name=op.f("fk_grid_posts_grid_code_grids")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_grid_posts_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_posts")),
    )
    with op.batch_alter_table("grid_posts", schema=None) as batch_op:
        batch_op.create_index("ix_grid_posts_grid_code_post", ["grid_code", "post"], unique=False)

    op.create_table(
        "import_notes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column(
            "row_no", sa.Integer(), nullable=False, comment="as the spreadsheet numbers it; the heading is row 1"
        ),
        sa.Column("column_no", sa.Integer(), nullable=False, comment="1 is A; 0 where it is about the whole row"),
        sa.Column("weight", Symbols(8), nullable=False, comment="wrong, doubt or aside"),
        sa.Column("said", Words(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batches.id"], name=op.f("fk_import_notes_batch_id_import_batches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_notes")),
        sa.UniqueConstraint(
            "batch_id", "row_no", "column_no", "said", name=op.f("uq_import_notes_batch_id_row_no_column_no_said")
        ),
    )
    with op.batch_alter_table("import_notes", schema=None) as batch_op:
        batch_op.create_index("ix_import_notes_batch_id_weight_row_no", ["batch_id", "weight", "row_no"], unique=False)

    op.create_table(
        "pairings",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("post", Symbols(10), nullable=False),
        sa.Column("name", Words(50), nullable=False),
        sa.Column("unit", Words(80), nullable=False),
        sa.Column("staff_id", ID, nullable=True, comment="where they use the program"),
        sa.Column("phone_sealed", Sealed(200), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        *_place(),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_pairings_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairings")),
    )
    with op.batch_alter_table("pairings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pairings_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_pairings_household_id_post", ["household_id", "post"], unique=False)
        batch_op.create_index("ix_pairings_staff_id", ["staff_id"], unique=False)

    op.create_table(
        "roster_doubts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column(
            "row_digest", Symbols(64), nullable=False, comment="of what the file says: asked once, not at each file"
        ),
        sa.Column("why", Symbols(20), nullable=False),
        sa.Column("theirs_sealed", Sealed(40000), nullable=False, comment="the file's rows, as they would be written"),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("settled_how", Symbols(12), nullable=True, comment="same, other or dropped"),
        sa.Column("settled_by", ID, nullable=True),
        sa.Column("settled_by_name", Words(50), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        *_place(),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batches.id"], name=op.f("fk_roster_doubts_batch_id_import_batches")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_roster_doubts_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_doubts")),
        sa.UniqueConstraint("household_id", "row_digest", name=op.f("uq_roster_doubts_household_id_row_digest")),
    )
    with op.batch_alter_table("roster_doubts", schema=None) as batch_op:
        batch_op.create_index("ix_roster_doubts_county_code_settled_at", ["county_code", "settled_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_roster_doubts_household_id"), ["household_id"], unique=False)

    op.create_table(
        "alerts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("head_name", Words(50), nullable=False),
        sa.Column("colour", Symbols(8), nullable=False, comment="red, yellow or green"),
        sa.Column("rank", sa.Integer(), nullable=False, comment="0 red, 1 yellow, 2 green: what is sent first"),
        sa.Column("risk", Symbols(20), nullable=False),
        sa.Column("standing", Symbols(12), nullable=False, comment="waiting, sent or closed"),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True, comment="by when the verdict is owed"),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("clue_id", ID, nullable=True),
        sa.Column("verdict", Symbols(20), nullable=True),
        sa.Column("verdict_at", Moment(), nullable=True),
        *_place(),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_alerts_case_id_cases")),
        sa.ForeignKeyConstraint(["clue_id"], ["clues.id"], name=op.f("fk_alerts_clue_id_clues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index("ix_alerts_clue_id", ["clue_id"], unique=False)
        batch_op.create_index("ix_alerts_county_code_standing_id", ["county_code", "standing", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_household_id"), ["household_id"], unique=False)
        batch_op.create_index(
            "ix_alerts_village_code_standing_colour", ["village_code", "standing", "colour"], unique=False
        )

    op.create_table(
        "staged_rows",
        sa.Column("batch_id", ID, autoincrement=False, nullable=False),
        sa.Column("row_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", Symbols(64), nullable=False),
        sa.Column("name_digest", Symbols(16), nullable=False, comment="enough to say that a name differs"),
        sa.Column("amount_yuan", sa.Integer(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("outcome", Symbols(12), nullable=True, comment="what was set apart, or went on to an alert"),
        sa.ForeignKeyConstraint(["batch_id"], ["alert_batches.id"], name=op.f("fk_staged_rows_batch_id_alert_batches")),
        sa.PrimaryKeyConstraint("batch_id", "row_no", name=op.f("pk_staged_rows")),
    )
    with op.batch_alter_table("staged_rows", schema=None) as batch_op:
        batch_op.create_index("ix_staged_rows_batch_id_outcome", ["batch_id", "outcome"], unique=False)

    op.create_table(
        "alert_items",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("topic", Symbols(30), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("amount_sealed", Sealed(200), nullable=True, comment="what somebody paid for being ill, in yuan"),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("told_back_at", Moment(), nullable=True),
        *_place(),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_items_alert_id_alerts")),
        sa.ForeignKeyConstraint(["batch_id"], ["alert_batches.id"], name=op.f("fk_alert_items_batch_id_alert_batches")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_alert_items_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_items")),
        sa.UniqueConstraint("batch_id", "row_no", name=op.f("uq_alert_items_batch_id_row_no")),
    )
    with op.batch_alter_table("alert_items", schema=None) as batch_op:
        batch_op.create_index("ix_alert_items_alert_id", ["alert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_items_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_alert_items_person_id_topic_made_on", ["person_id", "topic", "made_on"], unique=False)

    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "group_name", Words(40), nullable=False, server_default="", comment="村民小组, as the roster says"
            )
        )
        batch_op.add_column(
            sa.Column(
                "standing", Symbols(20), nullable=False, server_default="ordinary", comment="a code of household_kinds"
            )
        )
        batch_op.add_column(sa.Column("national_no", Symbols(40), nullable=True, comment="in the national system"))
        batch_op.add_column(
            sa.Column("details_sealed", Sealed(6000), nullable=True, comment="address and tags, as the roster says")
        )
        batch_op.add_column(sa.Column("row_digest", Symbols(64), nullable=True, comment="of what the roster said last"))

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("details_sealed", Sealed(6000), nullable=True, comment="health, work and so on, of the roster")
        )
        batch_op.add_column(sa.Column("row_digest", Symbols(64), nullable=True, comment="of what the roster said last"))


def downgrade() -> None:
    for table in (
        "alert_items",
        "staged_rows",
        "alerts",
        "roster_doubts",
        "pairings",
        "import_notes",
        "grid_posts",
        "department_keys",
        "comparison_answers",
        "alert_batches",
        "offices",
        "import_batches",
        "grids",
    ):
        op.drop_table(table)
    for table, columns in DOWN_COLUMNS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
