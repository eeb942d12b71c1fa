"""From which networks a county's console may be used: a list of addresses, and whether one of them lets somebody in."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import use_case
from backend.errors import Invalid, NotAllowed
from backend.services import audit, county_safety

Network = IPv4Network | IPv6Network
MOST_LINES, MOST_SIGNS = 50, 2000
ELSEWHERE = "这个账号只能在本县允许的网络里使用。请在单位的电脑上登录，或者联系本县的安全管理员。"


def lets_in(networks: str, address: str) -> bool:
    """Say whether a county's list lets somebody in from an address; an empty list lets everybody in."""
    if not networks:
        return True
    try:
        here = ip_address(address)
    except ValueError:
        return False
    return any(here in network for network in _read(networks))


def refuse_elsewhere(county_code: str, address: str) -> None:
    """Raise `NotAllowed` for an address outside the county's list."""
    if not lets_in(county_safety.of(county_code).networks, address):
        raise NotAllowed(ELSEWHERE)


@use_case
def set_networks(text: str, *, by: Actor, address: str) -> int:
    """Let the console be used from these networks only, one a line; nothing lifts it. Return how many there are.

    Errors: `Invalid` for a line that is no network, and for a list that would shut out the address it comes from.
    """
    require(by.role, Action.SET_SAFETY)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise Invalid.field("networks", f"最多写{MOST_LINES}行，可以把相邻的地址并成一段。")
    found = "\n".join(str(_network(number, line)) for number, line in enumerate(lines, start=1))
    if len(found) > MOST_SIGNS:
        raise Invalid.field("networks", "写得太多了，请把相邻的地址并成一段。")
    if not lets_in(found, address):
        here = address or "未知"
        raise Invalid.field("networks", f"这样写会把您自己挡在外面：您现在的地址是{here}，请把它也写进去。")
    county_safety.locked(by.county_code).networks = found
    audit.record_on_session(
        by=by, action=Action.SET_SAFETY, subject=f"safety:{by.county_code}", detail={"networks": lines}
    )
    return len(lines)


def _network(number: int, line: str) -> Network:
    try:
        return ip_network(line, strict=False)
    except ValueError:
        wrong = f"第{number}行看不懂：{line[:40]}。请写成 10.20.30.0/24 或者单个地址。"
        raise Invalid.field("networks", wrong) from None


@lru_cache(maxsize=64)
def _read(networks: str) -> tuple[Network, ...]:
    return tuple(ip_network(line) for line in networks.splitlines())
