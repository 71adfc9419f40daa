"""Levers and combinations: needs are conserved, and each lever moves what it should."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.demand.combination import Combination, combine
from optimizer.demand.flows import compute_visits
from optimizer.demand.levers import pull_lever, read_levers
from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
from optimizer.errors import StudyError


def stops(*words: str) -> tuple[Stop, ...]:
    """Stops at one type each."""
    return tuple(Stop(types=(word,)) for word in words)


CASH = Business(
    name="cash",
    share=0.5,
    journey=stops("queue_machine", "cash_counter"),
    machine_journey=stops("atm"),
    service_minutes={"cash_counter": 4.0, "atm": 2.0},
    replaceable=0.6,
    rework=0.1,
)
CARD = Business(
    name="card",
    share=0.3,
    journey=stops("queue_machine", "form_desk", "cash_counter"),
    machine_journey=stops("smart_terminal"),
    service_minutes={"cash_counter": 8.0, "smart_terminal": 5.0},
    replaceable=0.5,
    rework=0.2,
)
LOAN = Business(name="loan", share=0.2, journey=stops("wealth_desk"), appointments=0.5)
MIX = BusinessMix(
    businesses=(CASH, CARD, LOAN), arrivals=Arrivals(per_hour={9: 10.0, 10: 40.0, 11: 10.0})
)
HALL = {"queue_machine": 1, "cash_counter": 2, "atm": 1, "smart_terminal": 1, "wealth_desk": 1}


def after(name: str, amount: float, **options: tuple[str, ...]) -> dict[str, Business]:
    """Businesses by name after a lever."""
    return {b.name: b for b in pull_lever(MIX, name, amount, **options).businesses}


def test_passbook_to_card_reaches_cash_machines_alone():
    """Of the 0.4 served at the counter a quarter goes to the machine; cards stay as they are."""
    changed = after("passbook_to_card", 0.25)
    assert changed["cash"].replaceable == pytest.approx(0.7)
    assert changed["card"] == CARD


def test_smart_service_reaches_every_machine_business():
    """All business with a machine gains, or only those that are named."""
    assert after("smart_service", 0.5)["card"].replaceable == pytest.approx(0.75)
    assert after("smart_service", 0.5, business=("cash",))["card"] == CARD
    assert after("smart_service", 0.5)["loan"] == LOAN


def test_guidance_saves_failures():
    """Half of the failed machine services are saved."""
    assert after("guidance", 0.5)["card"].rework == pytest.approx(0.1)


def test_appointments_reach_staffed_stops():
    """A fifth of those without a booking book."""
    assert after("appointments", 0.2)["loan"].appointments == pytest.approx(0.6)
    assert after("appointments", 0.2)["cash"].appointments == pytest.approx(0.2)


def test_e_channel_takes_people_away_from_machines_business_only():
    """Half of what machines can do is done on the phone; loans come as often as before."""
    mix = pull_lever(MIX, "e_channel", 0.5)
    people = {b.name: b.share * mix.arrivals.per_hour[10] for b in mix.businesses}
    # 20 · (1 − 0.5·0.6), 12 · (1 − 0.5·0.5), 8
    assert people == pytest.approx({"cash": 14.0, "card": 9.0, "loan": 8.0})
    assert sum(b.share for b in mix.businesses) == pytest.approx(1.0)


def test_shaved_peaks_keep_the_day():
    """The mean of 20 is reached halfway, and as many come in a day."""
    mix = pull_lever(MIX, "peak_shaving", 0.5)
    assert mix.arrivals.per_hour == {9: 15.0, 10: 30.0, 11: 15.0}


@pytest.mark.parametrize("name", sorted(read_levers()))
def test_no_pull_changes_nothing(name):
    """An amount of 0 leaves the mix as it is, and the usual amount does not."""
    assert pull_lever(MIX, name, 0.0) == MIX
    assert pull_lever(MIX, name) != MIX


def test_wrong_pulls_are_refused():
    """Unknown levers and businesses, amounts that are no share, and levers without effect."""
    with pytest.raises(StudyError, match="no lever 'passbok_to_card'"):
        pull_lever(MIX, "passbok_to_card", 0.1)
    with pytest.raises(StudyError) as caught:
        pull_lever(MIX, "guidance", 1.5, business=("cards",))
    assert len(caught.value.sentences) == 2
    only = replace(MIX, businesses=(replace(LOAN, share=1.0),))
    with pytest.raises(StudyError, match="reaches no business"):
        pull_lever(only, "passbook_to_card", 0.1)


def test_combination_saves_a_visit_and_a_setup():
    """A third of the card customers need cash too: one ticket, one setup, as many needs."""
    mix = combine(
        MIX,
        Combination(business=("cash", "card"), share=1 / 3, setup_minutes={"cash_counter": 3.0}),
    )
    # 0.1 of the needs come together: 40 · (1 − 0.1) people at 10:00
    assert mix.arrivals.per_hour[10] == pytest.approx(36.0)
    people = {b.name: b.share * 36.0 for b in mix.businesses}
    assert people == pytest.approx({"cash": 16.0, "card": 8.0, "loan": 8.0, "cash + card": 4.0})
    both = mix.businesses[-1]
    assert both.journey == stops("queue_machine", "form_desk", "cash_counter")
    assert both.service_minutes["cash_counter"] == pytest.approx(4 + 8 - 3)
    # no machine does both
    assert (both.machine_journey, both.replaceable) == ((), 0.0)


def test_combination_takes_tickets_off():
    """Without machines every need takes a ticket; those who come for two take one."""
    hall = {"queue_machine": 1, "cash_counter": 2}
    mix = combine(MIX, Combination(business=("cash", "card"), share=0.5))
    before = sum(compute_visits(MIX, hall, 40.0)["queue_machine"].values())
    after = sum(compute_visits(mix, hall, mix.arrivals.per_hour[10])["queue_machine"].values())
    # 0.15 of 40 needs are the second of their customer
    assert before - after == pytest.approx(6.0)


def test_combined_service_is_no_shorter_than_its_longest_part():
    """A setup longer than the shorter service saves that service and no more."""
    mix = combine(
        MIX,
        Combination(business=("cash", "card"), share=0.5, setup_minutes={"cash_counter": 9.0}),
    )
    assert mix.businesses[-1].service_minutes["cash_counter"] == 8.0


def test_needs_without_a_common_counter_do_not_combine():
    """Cash and a loan have no stop that serves both."""
    with pytest.raises(StudyError, match="no stop serves both"):
        combine(MIX, Combination(business=("cash", "loan"), share=0.5))
