"""How many claims one core evaluates under Beijing's programme: with every condition and step on record, and without.

Every round has claims of its own: what was remembered of one claim helps the next only where their facts are the same.

python -m bench.evaluation [--claims 1000] [--rounds 5]
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from domain.evaluation.application import evaluate, outcome
from domain.evaluation.edition import AT, Edition
from domain.facts import CaseFacts
from domain.money import yuan
from tests.builders import PROGRAMME, a_contract, a_firm, an_application, an_item, clean_checks
from tests.desk import the_rulebook

FIRST = date(2024, 1, 2)
FIRST_BUYER, FIRST_SUPPLIER = 1_000, 2_000


def claims(start: int, number: int) -> Iterator[CaseFacts]:
    """Claims that pass: other days, firms, contracts and amounts; every fifth has two lines, every seventh overruns."""
    for at in range(start, start + number):
        day = FIRST + timedelta(days=at % 300)
        buyer, supplier = a_firm(FIRST_BUYER + at % 8_000), a_firm(FIRST_SUPPLIER + at % 90)
        first, last = day + timedelta(days=1 + at * 7 % 61), day + timedelta(days=200 + at * 11 % 83)
        if at % 7 == 0:
            first = date(2025, 9, 15) - timedelta(days=at * 13 % 37)
            last = first + timedelta(days=364)
        contract = a_contract(
            number=f"HT-{at}",
            signed_on=day.isoformat(),
            starts_on=first.isoformat(),
            ends_on=last.isoformat(),
            items=[an_item(yuan(500_000) + at) for _ in range(2 if at % 5 == 0 else 1)],
            buyer=buyer,
            supplier=supplier,
        )
        yield CaseFacts(
            received_on=day,
            application=an_application(contract, firm=buyer),
            checks={check.check: check for check in clean_checks(buyer)},
            case_id=f"case-{at}",
            ruled_met=frozenset({"BJ_E_DIRECTION"}),
        )


def main() -> None:
    """Print the rate of each way, the median and the best of the rounds, by CPU time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    edition = Edition(the_rulebook().in_force(PROGRAMME, FIRST))
    must_pass(edition, list(claims(0, options.claims)))
    ways: dict[str, Callable[[CaseFacts], object]] = {
        "evaluated, every condition and step on record": lambda case: evaluate(edition, case),
        "evaluated, outcome only": lambda case: outcome(edition, case),
        "eligibility on record": lambda case: edition.rules.grounds(AT, case),
        "eligibility, yes or no": lambda case: edition.rules.passes(AT, case),
        "ceiling on record": edition.calculation.ceiling,
        "facts read and answered by CEL, all parts": lambda case: edition.activation(case, trace=True),
        "facts read and answered by CEL, outcome only": lambda case: edition.activation(case, trace=False),
    }
    print(f"load at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {options.claims:,} claims\n")
    print("| what | claims/s, median | best | CPU us a claim, median |\n|---|---|---|---|")
    for name, way in ways.items():
        cases = (list(claims(at * options.claims, options.claims)) for at in range(options.rounds + 1))
        spent = [seconds(way, of_round) for of_round in cases][1:]  # the first one warms up
        median = statistics.median(spent)
        print(f"| {name} | {1 / median:,.0f} | {1 / min(spent):,.0f} | {median * 1e6:.0f} |")


def must_pass(edition: Edition, cases: Sequence[CaseFacts]) -> None:
    """What is refused early would be measured as fast."""
    for case in cases:
        evaluation = evaluate(edition, case)
        if evaluation.code or outcome(edition, case).amount != evaluation.amount.amount_fen:
            raise SystemExit(f"{case.case_id}: {evaluation.code} {evaluation.explanation}")


def seconds(way: Callable[[CaseFacts], object], cases: Sequence[CaseFacts]) -> float:
    """CPU time of one claim."""
    began = time.process_time()
    for case in cases:
        way(case)
    return (time.process_time() - began) / len(cases)


if __name__ == "__main__":
    main()
