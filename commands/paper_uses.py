"""Bank receipts and proofs of delivery over all cases: each is held against where it was handed in before. (BJ-4.5)

As with invoices, a claim that ended before it was assessed leaves its papers free.
"""

from commands.work import Work
from domain import papers
from domain.kinds import CASE, PAPER, VOUCHER
from domain.papers import RECEIPT, Part
from domain.voucher import Voucher
from duifu.v1.events_pb2 import PaperHandedIn
from duifu.v1.facts_pb2 import RedemptionRequest
from ledger import streams


def hand_in(work: Work, voucher: Voucher, asked: RedemptionRequest, case_id: str) -> None:
    """The papers of a request say what they said before. Raises what `papers.must_agree` raises."""
    here: dict[tuple[str, str, str], list[Part]] = {}
    for part in papers.parts_of(asked, voucher.contract.supplier.uscc, case_id):
        if part.identity not in here:
            here[part.identity] = _known(work, part)
        here[part.identity].append(part)
        papers.must_agree(here[part.identity])


def _known(work: Work, part: Part) -> list[Part]:
    """What other claims say of a paper. This one is put on record with it."""
    _, issuer_uscc, number = part.identity
    stream = (streams.receipt if part.kind == RECEIPT else streams.delivery)(issuer_uscc, number)
    before = work.read(stream, PAPER).case_ids
    if part.case_id not in before:
        work.record(stream, PAPER, [PaperHandedIn(case_id=part.case_id, number=part.number)])
    earlier = [known for case_id in before if case_id != part.case_id for known in _said_in(work, case_id)]
    return [known for known in earlier if known.identity == part.identity]


def _said_in(work: Work, case_id: str) -> list[Part]:
    case = work.read(streams.case(case_id), CASE)
    voucher = work.read(streams.voucher(case.redemption.voucher_id), VOUCHER)
    if case.closed is not None and case_id not in voucher.assessed:
        return []
    return list(papers.parts_of(case.redemption, voucher.contract.supplier.uscc, case_id))
