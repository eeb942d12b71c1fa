"""Words of the demonstration's organisation: stations, grids, working groups, and what people are told on paper."""

GRID_COLUMNS = ("村", "网格名称", "村民小组", "农户数", "网格员姓名", "网格员身份", "村级网格员姓名", "村级网格员职务")
GROUPS = ("第一组", "第二组", "第三组", "第四组", "第五组")
GRID_MEMBERS = ("王大山", "李广才", "赵喜梅", "孙满仓", "周玉兰")
GRID_LEAD = ("张建国", "村党组织书记")

CENTRE: tuple[tuple[str, tuple[str, ...], tuple[str, ...], bool], ...] = (
    ("周文涛", ("leader",), (), False),
    ("黄海燕", ("official",), ("system", "statistics"), True),
)
"""Who works in the county's centre: name, identities, posts, full time."""
TOWN_STATION: tuple[tuple[str, tuple[str, ...], tuple[str, ...], bool], ...] = (
    ("赵立新", ("leader",), (), False),
    ("刘小兰", ("official",), ("update", "statistics"), True),
    ("陈志强", ("official",), ("verification",), False),
)
VILLAGE_STATION: tuple[tuple[str, tuple[str, ...], tuple[str, ...], bool], ...] = (
    ("张建国", ("secretary",), ("verification",), False),
    ("王春生", ("monitor", "liaison"), ("update",), True),
    ("李秀英", ("civil",), (), False),
    *((name, ("grid_member",), (), False) for name in GRID_MEMBERS[:2]),
)

JUDGING_GROUP: tuple[tuple[str, str, str, str], ...] = (
    ("赵立新", "leader", "party", "镇党委副书记"),
    ("陈志强", "deputy", "revitalisation", "乡村振兴办主任"),
    ("马会敏", "member", "civil_affairs", "民政所所长"),
    ("郭卫国", "member", "health", "卫生院院长"),
    ("白雪芹", "member", "social_security", "社保所所长"),
    ("田永强", "member", "housing", "村建办主任"),
    ("安秀芬", "member", "women", "妇联主席"),
)
"""The township's judging group: name, post, line, title; some lines are still without anybody."""

ARTICLES: tuple[tuple[str, str, str], ...] = (
    (
        "policy",
        "家里遇到困难，怎么申报",
        "家里有人得大病、遭了灾、孩子上学负担重、没了收入，都可以申报。\n\n"
        "在手机上点“我要申报”，填六项；不会用手机的，找村干部或者打电话，别人替您填也行。\n\n"
        "没有身份证、没有材料也能先报。15天内给您答复，每一步办到哪里都能看到。",
    ),
    (
        "declare_card",
        "申报明白卡",
        "谁能报：住在农村、眼下或者今后可能过不下去的人家。\n\n"
        "怎么报：手机扫村里的码，或者跟村干部说，或者打电话。\n\n"
        "报了以后：村里上门了解，开会评议，张榜公示，镇里和县里定。\n\n"
        "不同意结果：可以要求复核，由别的人再看一遍。",
    ),
    (
        "help_card",
        "帮扶明白卡",
        "谁在帮您：卡上写着联系人的姓名和电话。\n\n"
        "帮什么：就业、看病、上学、住房、低保等，按您家的困难来定，一件一件写清楚。\n\n"
        "钱到没到：您在手机上点“收到了”或“没收到”；没收到的，镇里会查。",
    ),
    (
        "guide",
        "网格员走访时看什么",
        "看吃穿，看住房，看饮水，看有没有人生病，看孩子上学，看收入有没有断。\n\n"
        "没有变化就点一下“没有变化”；有变化只填变化的那几项。\n\n"
        "不用打卡，不用拍照，不用重复填表。听到别人家有困难，也顺手报一条线索。",
    ),
)

MEETING_TOPICS = "讲申报和帮扶政策；问问谁家近来有难处"
MEETING_WORDS = "到会的都领了明白卡。大家说今年玉米收成一般，外出务工的多。"
