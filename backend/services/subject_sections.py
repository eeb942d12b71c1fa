"""What a family is handed of what is held about it, table by table, and what not, with the reason (PIPL 45)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """One table as a family reads it: the columns that are shown, each under its name, and whose dictionary knows them.

    A column is written `name` or `name/dictionary`; sealed ones are opened.
    """

    title: str
    table: str
    columns: dict[str, str]


SECTIONS: tuple[Section, ...] = (
    Section(
        *("户", "households"),
        {"head_name": "户主", "phone_sealed": "电话", "group_name": "村民小组", "standing/household_kinds": "类别"}
        | {"national_no": "国家系统编号", "details_sealed": "登记的情况"},
    ),
    Section(
        *("家庭成员", "people"),
        {"name": "姓名", "relation/relations": "关系", "id_sealed": "证件号码", "no_document": "没有证件的原因"}
        | {"died_on": "去世", "left_on": "迁出", "details_sealed": "登记的情况"},
    ),
    Section(
        *("申报", "declarations"),
        {"declared_at": "时间", "receipt_no": "回执号", "head_name": "户主", "declarer_name": "谁申报"}
        | {"risk/risks": "困难", "hardship_sealed": "说了什么", "phone_sealed": "电话", "id_sealed": "证件号码"},
    ),
    Section("进度", "receipt_lines", {"happened_at": "时间", "sentence": "事情", "detail_sealed": "说明"}),
    Section("同意的变更", "consent_changes", {"changed_on": "日期", "consent/consents": "哪一项", "is_given": "同意"}),
    Section("办件", "cases", {"number": "编号", "risk/risks": "困难", "discovered_on": "发现", "closed_at": "办结"}),
    Section("办理经过", "case_events", {"happened_at": "时间", "to_state": "到哪一步", "reason_sealed": "理由"}),
    Section("入户走访", "visits", {"visited_on": "日期", "visitor_name": "谁来的", "findings_sealed": "看到什么"}),
    Section("入户核实表", "home_checks", {"filed_at": "时间", "content_sealed": "内容", "category/categories": "类别"}),
    Section(
        *("承诺授权", "authorizations"),
        {"signed_on": "签字", "until_on": "有效到", "withdrawn_on": "收回", "guardian": "监护人", "why_sealed": "说明"},
    ),
    Section("信息比对", "comparisons", {"filed_at": "时间", "skipped": "是否免比对", "reason_sealed": "理由"}),
    Section(
        *("比对结果", "comparison_results"),
        {"item": "项目", "result": "结果", "remark_sealed": "备注", "explanation_sealed": "说明"},
    ),
    Section(
        *("比对答复", "comparison_answers"),
        {"answered_at": "时间", "item": "项目", "result": "结果", "remark_sealed": "备注"},
    ),
    Section("部门核查", "department_checks", {"checked_on": "日期", "opinion": "意见", "findings_sealed": "查到什么"}),
    Section(
        *("村级评议", "meeting_items"),
        {
            "decided_at": "时间",
            "outcome": "结果",
            "category/categories": "类别",
            "help_sealed": "帮扶",
            "words_sealed": "意见",
        },
    ),
    Section("公示", "notice_items", {"number": "序号"}),
    Section("公示告知", "notice_readings", {"read_on": "日期", "told_whom": "告诉了谁", "why_sealed": "说明"}),
    Section("公告", "announcements", {"announced_on": "日期", "number": "文号", "text": "内容"}),
    Section(
        *("审核审定", "judgements"),
        {
            "judged_at": "时间",
            "category/categories": "类别",
            "opinion_sealed": "意见",
            "alternative_sealed": "其他帮扶",
        },
    ),
    Section(
        "批次意见", "batch_items", {"decided_at": "时间", "words_sealed": "意见", "alternative_sealed": "其他帮扶"}
    ),
    Section("国家系统录入", "national_entries", {"entered_on": "日期", "receipt_no": "回执"}),
    Section("先行救助", "green_channels", {"studied_on": "日期", "studied_sealed": "研究", "aid_sealed": "给了什么"}),
    Section(
        *("监测", "watches"),
        {"began_on": "开始", "category/categories": "类别", "removed_on": "风险消除", "ended_on": "结束"},
    ),
    Section("帮扶方案", "plans", {"made_at": "时间", "heard_whom": "听取谁的意见", "wishes_sealed": "家里的想法"}),
    Section(
        *("帮扶措施", "measures"),
        {
            "what": "内容",
            "person_name": "给谁",
            "department": "部门",
            "paid_fen": "已发（分）",
            "family_says": "家里的确认",
        },
    ),
    Section("措施进展", "measure_lines", {"on": "日期", "what": "事情", "words_sealed": "说明"}),
    Section(
        *("救助申请", "relief_claims"),
        {"asked_at": "时间", "words_sealed": "情况", "asked_fen": "申请（分）", "granted_fen": "核定（分）"}
        | {"answer_sealed": "答复"},
    ),
    Section("参保", "insurance_years", {"year": "年", "is_paid": "已缴", "subsidy_fen": "补助（分）"}),
    Section("日常走访", "regular_visits", {"visited_on": "日期", "by_name": "谁来的", "words_sealed": "说了什么"}),
    Section("隐患", "hazards", {"found_on": "日期", "item": "项目", "words_sealed": "情况", "closing_sealed": "处理"}),
    Section(
        *("风险消除核查", "removal_checks"),
        {"checked_on": "日期", "view_sealed": "家里的意见", "income": "收入", "met": "条件"},
    ),
    Section("预警", "alerts", {"made_on": "日期", "colour": "颜色", "risk/risks": "原因", "verdict": "结论"}),
    Section("预警明细", "alert_items", {"happened_on": "日期", "topic": "事项", "amount_sealed": "金额"}),
    Section("说明记录", "warning_notes", {"noted_at": "时间", "step": "步骤", "words_sealed": "说明"}),
    Section(
        "家庭变动", "member_changes", {"happened_on": "日期", "name": "谁", "kind": "变动", "words_sealed": "说明"}
    ),
    Section("满意度", "satisfactions", {"marked_at": "时间", "words_sealed": "说了什么", "answer_sealed": "答复"}),
    Section(
        *("更正申请", "correction_requests"),
        {"asked_at": "时间", "fact/correction_facts": "哪一项", "whose_sealed": "谁的", "right_sealed": "应该是"}
        | {"answer_sealed": "答复"},
    ),
    Section("录音的文字", "recording_texts", {"written_at": "时间", "words_sealed": "内容"}),
    Section("帮扶责任人", "pairings", {"name": "姓名", "unit": "单位", "from_on": "开始", "until_on": "结束"}),
    Section("政策告知", "leaflets", {"handed_on": "日期", "way": "方式", "explained_by_name": "谁讲的"}),
    Section("看办件的手机", "account_households", {"confirmed_at": "确认", "withdrawn_at": "收回"}),
    Section("附件", "files", {"stored_at": "时间", "kind": "种类", "size": "字节"}),
)
WITHHELD: dict[str, str] = {
    "clues": "报告人的身份要保密；申报自己的内容在“申报”里",
    "objections": "提异议的人要保密",
    "kinships": "亲属备案是工作人员的事",
    "tasks": "工作人员的待办",
    "nudges": "工作人员之间的催办",
    "snoozes": "工作人员的待办",
    "supervisions": "对工作人员的督办",
    "assignments": "工作人员的待办",
    "inspected": "对工作的抽查",
    "campaign_families": "集中排查的名单；看到的在走访里",
    "disaster_households": "受灾名单的来源；后来的事在办件里",
    "list_differences": "名单之间的差异，查清后改在户和成员里",
    "roster_doubts": "导入时的疑点，查清后改在户和成员里",
    "green_opinions": "办公室内部意见，结果在先行救助里",
    "home_check_drafts": "没有填完的表",
    "visit_turns": "走访的排期",
    "spoken_of": "小组会上提到；会议记录说到别的人家",
    "person_digests": "查找用的摘要，里面没有内容",
}
"""Tables about a family that it is not handed, with the reason that it is told."""

OF_OTHERS = "别人替您家申报的内容，和他们交来的照片、录音、评价、更正申请：说的人要保密"
"""What others said of the family, in tables of which it is handed its own rows."""
