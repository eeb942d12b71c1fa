"""organisation: stations, changes of grids, meetings of groups, judging groups, articles and leaflets"""

import sqlalchemy as sa
from alembic import op

from backend.db import Moment, Sealed, Symbols, Words

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
locks = ()
breaks = ()

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "trainings_taken",
    "spoken_of",
    "station_members",
    "leaflets",
    "stations",
    "judging_members",
    "articles",
    "group_meetings",
    "grid_changes",
)
"""In the order in which they are taken away."""


def upgrade() -> None:
    op.create_table(
        "grid_changes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("parent_code", Symbols(12), nullable=False, comment="its village"),
        sa.Column("kind", Symbols(20), nullable=False, comment="policy dictionary grid_changes"),
        sa.Column("from_code", Symbols(15), nullable=False),
        sa.Column("to_code", Symbols(15), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False, comment="how many went from the one to the other"),
        sa.Column("said", Words(200), nullable=False, comment="of a hand-over: from whom to whom"),
        sa.Column("reason", Words(200), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("by_name", Words(50), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_changes")),
    )
    with op.batch_alter_table("grid_changes", schema=None) as batch_op:
        batch_op.create_index("ix_grid_changes_parent_code_id", ["parent_code", "id"], unique=False)

    op.create_table(
        "group_meetings",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("group_name", Words(40), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("topics", Words(200), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("words_sealed", Sealed(6000), nullable=True, comment="may speak of families"),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_by_name", Words(50), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("account_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_meetings")),
    )
    with op.batch_alter_table("group_meetings", schema=None) as batch_op:
        batch_op.create_index("ix_group_meetings_village_code_held_on", ["village_code", "held_on", "id"], unique=False)

    op.create_table(
        "articles",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("series_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("kind", Symbols(20), nullable=False, comment="policy dictionary article_kinds"),
        sa.Column("title", Words(60), nullable=False),
        sa.Column("text", Words(6000), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("published_by_name", Words(50), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_articles_county_code_counties")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("series_id", "version", name=op.f("uq_articles_series_id_version")),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.create_index(
            "ix_articles_county_code_is_current_kind", ["county_code", "is_current", "kind", "id"], unique=False
        )

    op.create_table(
        "judging_members",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("post", Symbols(20), nullable=False, comment="policy dictionary judging_posts"),
        sa.Column("line", Symbols(20), nullable=False, comment="policy dictionary judging_lines"),
        sa.Column("name", Words(50), nullable=False),
        sa.Column("title", Words(60), nullable=False),
        sa.Column("phone_sealed", Sealed(200), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["township_code"], ["regions.code"], name=op.f("fk_judging_members_township_code_regions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judging_members")),
    )
    with op.batch_alter_table("judging_members", schema=None) as batch_op:
        batch_op.create_index(
            "ix_judging_members_township_code_until_on", ["township_code", "until_on", "id"], unique=False
        )

    op.create_table(
        "stations",
        sa.Column("code", Symbols(12), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=False),
        sa.Column("founded_by_name", Words(50), nullable=False),
        sa.Column("head_member_id", ID, nullable=True, comment="chosen by hand; empty: the rule says who"),
        sa.Column("head_reason", Words(200), nullable=False),
        sa.Column("head_chosen_by_name", Words(50), nullable=False),
        sa.Column("head_chosen_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["code"], ["regions.code"], name=op.f("fk_stations_code_regions")),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_stations_county_code_counties")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_stations")),
    )
    with op.batch_alter_table("stations", schema=None) as batch_op:
        batch_op.create_index("ix_stations_county_code_code", ["county_code", "code"], unique=False)

    op.create_table(
        "leaflets",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("article_id", ID, nullable=False, comment="the version they got"),
        sa.Column("way", Symbols(20), nullable=False, comment="policy dictionary leaflet_ways"),
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("explained_by", ID, nullable=False),
        sa.Column("explained_by_name", Words(50), nullable=False),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_leaflets_article_id_articles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaflets")),
        sa.UniqueConstraint("household_id", "article_id", name=op.f("uq_leaflets_household_id_article_id")),
    )
    with op.batch_alter_table("leaflets", schema=None) as batch_op:
        batch_op.create_index("ix_leaflets_article_id", ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_leaflets_household_id"), ["household_id"], unique=False)

    op.create_table(
        "station_members",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("station_code", Symbols(12), nullable=False),
        sa.Column("name", Words(50), nullable=False),
        sa.Column("staff_id", ID, nullable=True, comment="where they use the program"),
        sa.Column(
            "identities", sa.JSON(none_as_null=True), nullable=False, comment="policy dictionary station_identities"
        ),
        sa.Column("posts", sa.JSON(none_as_null=True), nullable=False, comment="policy dictionary station_posts"),
        sa.Column("is_full_time", sa.Boolean(), nullable=False),
        sa.Column("phone_sealed", Sealed(200), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_station_members_staff_id_staff")),
        sa.ForeignKeyConstraint(
            ["station_code"], ["stations.code"], name=op.f("fk_station_members_station_code_stations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_members")),
    )
    with op.batch_alter_table("station_members", schema=None) as batch_op:
        batch_op.create_index(
            "ix_station_members_station_code_until_on", ["station_code", "until_on", "id"], unique=False
        )

    op.create_table(
        "spoken_of",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("group_meeting_id", ID, nullable=False),
        sa.Column("head_name", Words(50), nullable=False),
        sa.Column("clue_id", ID, nullable=True),
        sa.Column("county_code", Symbols(6), nullable=False),
        sa.Column("township_code", Symbols(9), nullable=False),
        sa.Column("village_code", Symbols(12), nullable=False),
        sa.Column("grid_code", Symbols(15), nullable=True),
        sa.Column("household_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["clue_id"], ["clues.id"], name=op.f("fk_spoken_of_clue_id_clues")),
        sa.ForeignKeyConstraint(
            ["group_meeting_id"], ["group_meetings.id"], name=op.f("fk_spoken_of_group_meeting_id_group_meetings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spoken_of")),
        sa.UniqueConstraint(
            "group_meeting_id", "household_id", name=op.f("uq_spoken_of_group_meeting_id_household_id")
        ),
    )
    with op.batch_alter_table("spoken_of", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spoken_of_household_id"), ["household_id"], unique=False)

    op.create_table(
        "trainings_taken",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("grid_post_id", ID, nullable=False),
        sa.Column("publicity_id", ID, nullable=False),
        sa.Column("noted_by_name", Words(50), nullable=False),
        sa.ForeignKeyConstraint(
            ["grid_post_id"], ["grid_posts.id"], name=op.f("fk_trainings_taken_grid_post_id_grid_posts")
        ),
        sa.ForeignKeyConstraint(
            ["publicity_id"], ["publicity.id"], name=op.f("fk_trainings_taken_publicity_id_publicity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings_taken")),
        sa.UniqueConstraint("grid_post_id", "publicity_id", name=op.f("uq_trainings_taken_grid_post_id_publicity_id")),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
