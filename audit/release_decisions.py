"""Signatures before payments go out, of a quarter as of a round, made again. (复核、放行)"""

from typing import Any

from audit.compared import Comparison, Decision
from audit.remaking import Remaking
from domain import payment_answers, release, treasury_silence
from domain.batches import Batches
from domain.kinds import ROUND
from domain.round import Round
from duifu.v1.commands_pb2 import ReportTreasurySilence, SignPayments
from duifu.v1.events_pb2 import (
    GrantReturned,
    GrantSettled,
    PaymentBatchMade,
    PaymentBatchSigned,
    TreasurySilent,
)
from ledger import streams


def batched(remaking: Remaking, event: PaymentBatchMade) -> None:
    """All that was ordered, and whoever has to sign so much."""
    check, paid_by = _compare(remaking)
    if check is not None:
        (derived,) = release.make_batch(paid_by) or [PaymentBatchMade()]
        check.same_message("", event, derived, paid_by.release_clause)


def signed(remaking: Remaking, event: PaymentBatchSigned) -> None:
    """The role signed in its turn, for what was there, and had no other hand in it."""
    check, paid_by = _compare(remaking)
    if check is not None:
        command = SignPayments(batch=event.batch, step=event.step, orders_sha256=event.orders_sha256)
        (derived,) = release.sign(paid_by, command, remaking.entry.envelope.actor)
        derived.answer_due_on = event.answer_due_on  # a ledger from before that was counted has none
        check.same_message("", event, derived, paid_by.release_clause)


def silent(remaking: Remaking, event: TreasurySilent) -> None:
    """The last day was over, and so much had no answer."""
    check, paid_by = _compare(remaking)
    if check is not None:
        command = ReportTreasurySilence(due_on=event.due_on)
        (derived,) = treasury_silence.report(paid_by, command, remaking.entry.business_at) or [TreasurySilent()]
        check.same_message("", event, derived, paid_by.release_clause)


def grant_settled(remaking: Remaking, event: GrantSettled) -> None:
    """The treasury said so itself, or somebody handed its file in who may. (F-7)"""
    check, round_ = _compare(remaking)
    if check is not None:
        _must_be_handed_in(remaking, round_, event)


def grant_returned(remaking: Remaking, event: GrantReturned) -> None:
    """The bank sent it back, or one of those who still had to sign held it back."""
    check, round_ = _compare(remaking)
    if check is None:
        return
    if event.withheld_by:
        actor = remaking.entry.envelope.actor
        release.must_be_withholdable(round_, event.order_id, actor, event.reason)
        check.same("withheld_by", event.withheld_by, actor.id, round_.release_clause)
    else:
        _must_be_handed_in(remaking, round_, event)


def _must_be_handed_in(remaking: Remaking, round_: Batches[Any], event: GrantSettled | GrantReturned) -> None:
    actor = remaking.entry.envelope.actor
    payment_answers.must_hand_in(actor, event.evidence_sha256, event.order_id)
    payment_answers.must_have_gone_out(event.order_id, round_.has_gone_out(event.order_id))
    release.must_not_have_signed(round_, event.order_id, actor)


def _compare(remaking: Remaking) -> tuple[Comparison | None, Batches[Any]]:
    """The comparison, if it is wanted, and the quarter or the round whose event this is."""
    stream = remaking.entry.stream
    if stream.startswith(streams.ROUNDS):
        round_: Round = remaking.state(stream, ROUND)
        opened, edition = round_.opened, round_.opened.edition_sha256
        check = remaking.compare(Decision.PAYMENT, opened.round_id, "", opened.programme_id, is_part=True)
        if check is not None:
            remaking.applied.must_know(edition)
        return check, round_
    quarter = remaking.own_quarter
    cycle_id, programme_id = quarter.opened.cycle_id, quarter.opened.programme_id
    check = remaking.compare(Decision.QUARTER, cycle_id, cycle_id, programme_id, is_part=True)
    if check is None:
        return None, quarter.whole()
    remaking.applied.must_know(remaking.applied.edition_of(quarter.opened))
    if by := remaking.entry.envelope.edition_sha256:
        remaking.applied.must_know(by)
    return check, quarter.whole()
