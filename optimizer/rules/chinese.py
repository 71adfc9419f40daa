"""What a check found, in Chinese: for each kind of check what is wrong, where, and what is right.

In: a `Finding`. Out: one sentence. Names of fixtures and doors stay as the study has them.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.rules.model import Finding

__all__ = ["BROKEN_ZH", "quantity_zh", "sentence_zh"]

#: What is wrong and what would be right, by kind of check. {who}: fixtures; {at}: place; {value}:
#: what was measured; {limit}: what the rule asks for, both with their unit.
BROKEN_ZH: Mapping[str, str] = MappingProxyType(
    {
        "floor": "{who}{at}部分占地不在地面范围内（超出 {value}），应全部位于允许范围内",
        "anchoring": "{who}{at}未靠墙或未嵌入墙体（偏离 {value}），偏差应不大于 {limit}",
        "overlap": "{who}{at}相互重叠（{value}），可以相接，不得重叠",
        "use_space": "{who}{at}使用空间被占用（{value}），应保持为空地",
        "zones": "{who}{at}位于允许的功能区之外（{value}），应移入规定的功能区",
        "standing_points": (
            "{who}{at}站位处容不下人体（{value}），与墙、柱及其他设备的距离应不小于人体半径"
        ),
        "door_strip": "{who}{at}位于门前净空带内，距门 {value}，应不小于 {limit}",
        "rows": "{who}{at}未并排对齐（偏差 {value}），偏差应不大于 {limit}",
        "privacy_zones": "{who}{at}位于他人的私密区内（{value}），应移出",
        "reachability": "有客流无路可达{at}，应为其留出通路",
        "brief": "{who}{at}与方案要求不符（{value}），数量、名称、类型及固定位置应与方案一致",
        "route_width": "至 {who} 的通道最窄处{at}净宽 {value}，应不小于 {limit}",
        "half_turn": "绕过 {who} 掉头处{at}净宽 {value}，掉头处应不小于 {limit}，进出处按条文",
        "passing_place": "至 {who} 的窄通道长 {value}，每 {limit} 应设会车处",
        "desk_turning": "{who} 前{at}最大回转圆直径 {value}，应不小于 {limit}",
        "clear_floor": "{who} 前{at}净空地面被占用 {value}，应全部为空地",
        "low_place": "{who}{at}最低处高 {value}，应有一处不大于 {limit}",
        "low_counter": "{who}{at}最低处高 {value}，应有一处不大于 {limit} 且长度足够",
        "wheelchair_place": (
            "等候座椅{at}附近没有合格的轮椅席位（最近 {value}），距离应不大于 {limit}"
        ),
        "door_width": "门{at}净宽 {value}，应不小于 {limit}",
        "door_turning": "门{at}内外没有直径 {limit} 的回转空间（临近 {who}），应移开门旁设备",
        "door_handle": "门{at}把手侧没有 {limit} 的净墙面（临近 {who}），至少一侧应留空",
        "egress_distance": "厅内最远点{at}距最近疏散门 {value}，应不大于 {limit}",
        "egress_walk": "厅内最远点{at}至疏散门步行 {value}，应不大于 {limit}，且任何地面不得被围死",
        "exit_count": "疏散门{at}只有 {value}，应有 {limit}",
        "exit_spacing": "疏散门{at}间距 {value}，应不小于 {limit}",
        "egress_route": "至 {who} 的疏散走道最窄处{at}净宽 {value}，应不小于 {limit}",
        "egress_strip": "{who}{at}没有宽 {limit} 的疏散带通向疏散门，应清除其间的家具和围栏",
        "cash_interlock": "现金区{at}未由联动互锁门封闭（{value}），应仅经互锁门进出",
        "closed_zone": "该区{at}可由客户侧进入（{value}），应以墙和员工门封闭",
        "counter_facing": "{who}{at}正对入口，偏角 {value}，应大于 {limit} 或有遮挡",
        "cash_openings": "现金区{at}有窗或对外门（{value}），应予取消",
        "cash_route": "押运路线 {who}{at}穿过客户区 {value}，应不大于 {limit}",
        "one_metre_line": "{who}{at}位于一米线内，线前 {limit} 内应只有使用者本人",
        "through_flow": "{who} 的私密区{at}每小时有 {value} 他人穿行，应不大于 {limit}",
        "overlooked": "{who}{at}的屏幕可被他人看到，相距 {value}，应加遮挡或加大距离",
        "quiet_distance": "{who}{at}客户相距 {value} 且互相可见，应不小于 {limit} 或以墙隔开",
        "equal_privacy": "{who}{at}的私密性低于其他设备（可被 {value} 处看到），应与其他设备相同",
        "wait_mean": "{who} 平均等候 {value}，应不大于 {limit}",
        "wait_percentile": "{who} 95 % 客户等候时间为 {value}，应不大于 {limit}",
        "utilisation": "{who} 利用率 {value}，应不大于 {limit}，须增设",
        "waiting_seats": "座椅 {who} 为等候人数的 {value}，应不少于 {limit}",
        "waiting_area": "等候区{at}人均面积 {value}，应不小于 {limit}",
        "queue_space": "{who} 前{at}排队空间不足或被穿行（{value}），应另留空地",
        "presence": "现有 {value}，应有 {limit}",
        "zone_presence": "现有 {value}，应有 {limit}",
        "near_entrance": "{who}{at}距入口 {value}，应不大于 {limit}",
        "front_distance": "{who}{at}前方净距 {value}，应不小于 {limit}",
        "fixture_height": "{who}{at}高 {value}，应不大于 {limit} 且不过低",
        "fixture_depth": "{who}{at}深 {value}，应不小于 {limit}",
        "fixture_width": "{who}{at}宽 {value}，应不大于 {limit}",
        "staff_view": "引导人员{at}只能看到其中 {value}（看不到 {who}），应不小于 {limit}",
    }
)
UNITS_ZH: Mapping[str, str] = MappingProxyType(
    {
        "fixtures": "台", "zones": "个功能区", "doors": "樘门", "exits": "个疏散门",
        "openings": "处", "min": "分钟", "share": "", "seats per person": "倍",
        "m² per person": "m²", "people/h": "人", "pairs": "处",
        "places": "处", "per cent": "%",
    }
)  # fmt: skip
#: Stands where nothing was measured.
UNKNOWN = "未测得"
#: Kinds of check that measure an area while the rule has no unit, or a length.
AREAS = frozenset({"floor", "overlap", "use_space", "privacy_zones", "clear_floor", "closed_zone"})


def sentence_zh(finding: Finding) -> str:
    """What a check found, in Chinese; it ends with what would be right where a rule is broken."""
    rule = finding.rule
    if finding.passed is None:
        return f"须现场核对：{rule.sentence_zh or rule.sentence}"
    if finding.passed:
        measured = "" if finding.value is None else f"（实测 {_quantity(finding, finding.value)}）"
        return f"符合：{rule.sentence_zh or rule.sentence}{measured}"
    if rule.check == "limit" and finding.value is not None:
        best = (
            ""
            if finding.reached is None
            else f"，搜索所得最好为 {_quantity(finding, finding.reached)}"
        )
        return f"{rule.sentence_zh}；本布局为 {_quantity(finding, finding.value)}{best}"
    place = "" if finding.where is None else f"（{finding.where[0]:.2f}, {finding.where[1]:.2f}）"
    value = UNKNOWN if finding.value is None else _quantity(finding, finding.value)
    limit = "规定值" if rule.value is None else _quantity(finding, rule.value, limit=True)
    said = BROKEN_ZH.get(rule.check, "{who}{at}不符合要求（{value}），应为 {limit}").format(
        who="、".join(finding.fixtures) or "设施", at=place, value=value, limit=limit
    )
    return re.sub(f"（[^（）]*{UNKNOWN}）", "", said)


def quantity_zh(value: float, unit: str) -> str:
    """Return a number with its unit, as a Chinese sentence says it."""
    return f"{value:.4g} {UNITS_ZH.get(unit, unit)}".rstrip()


def _quantity(finding: Finding, value: float, *, limit: bool = False) -> str:
    """What was measured, or the limit, with its unit."""
    unit = finding.rule.unit
    if not limit and finding.rule.check in AREAS:
        unit = "m²"
    elif not unit and finding.rule.check in ("zones", "standing_points"):
        unit = "m"
    return quantity_zh(value, unit)
