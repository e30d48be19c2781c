"""A bundle proves what it says, or the verifier says what does not hold and where; it needs nothing of ours."""

import ast
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import cryptography
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import duifu_verify
from audit.duifu_verify import Report, Schema, parse_key
from domain.dates import SHANGHAI
from duifu.v1.events_pb2 import CaseClosed, Envelope, Event
from duifu.v1.plan_pb2 import Stage
from proofs.notes import Note
from tests.audit.bundles import (
    LOG,
    PINS,
    WITNESSES,
    Bundle,
    a_sealed_spring,
    asked,
    failures,
)
from tests.audit.forgeries import ANOTHER_HASH, FORGERIES, NO_ROOT, OTHER_LOG, SUBJECT, dropped, rewritten, signed_by
from tests.audit.histories import VOUCHER
from tests.docs.pages import ROOT


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """A genuine bundle, and the checkpoint that an auditor kept before."""
    return a_sealed_spring(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def proven(made: tuple[bytes, bytes]) -> Report:
    """What the verifier says of it."""
    return asked(made[0])


@pytest.fixture(scope="module")
def genuine(made: tuple[bytes, bytes]) -> bytes:
    """The bundle."""
    return made[0]


@pytest.fixture
def bundle(genuine: bytes) -> Bundle:
    """Its files, for one test to change."""
    return Bundle.of(genuine)


#: A whole envelope of an event without fields.
CLOSED = Envelope(event=Event(case_closed=CaseClosed())).SerializeToString()

# A genuine bundle


def test_a_genuine_bundle_is_proven_with_every_event_and_both_witnesses(genuine: bytes, bundle: Bundle) -> None:
    report = asked(genuine)

    assert failures(report) == []
    assert report.subject == SUBJECT
    assert [event["position"] for event in report.events] == [row["position"] for row in bundle.rows]
    said = [finding.en for finding in report.findings if finding.holds]
    assert [line for line in said if "saw it at" in line] == [
        f"{witness.name} saw it at 2024-04-01 16:00:00+08:00" for witness in WITNESSES
    ]
    last = max(event["position"] for event in report.events if event["stream"] == SUBJECT)
    count = sum(event["stream"] == SUBJECT for event in report.events)
    place = f"without a gap, the last at position {last}; whether later ones exist, a bundle cannot show"
    assert f"{SUBJECT} runs from version 1 to {count} {place}" in said
    assert any(f"voucher/{VOUCHER} runs from version 1 to " in line for line in said)


def test_what_is_printed_is_what_the_signed_bytes_say(genuine: bytes, bundle: Bundle) -> None:
    for event, row in zip(asked(genuine, PINS._replace(is_masking=False)).events, bundle.rows, strict=True):
        envelope = Envelope.FromString(b64decode(str(row["state"])))

        assert sorted_maps(event["state"]) == plain(envelope)


def test_account_numbers_are_masked_unless_asked_for(bundle: Bundle) -> None:
    envelope = Envelope()
    envelope.event.bank_account_replaced.bank_account.number = "6222020200112233445"
    content = envelope.SerializeToString()

    masked = Schema(bundle["schema.binpb"]).decode(".duifu.v1.Envelope", content)
    full = Schema(bundle["schema.binpb"], is_masking=False).decode(".duifu.v1.Envelope", content)

    assert masked["event"]["bank_account_replaced"]["bank_account"] == {"number": "****3445"}
    assert full["event"]["bank_account_replaced"]["bank_account"] == {"number": "6222020200112233445"}


def test_every_kind_of_field_that_events_have_can_be_read() -> None:
    readable = {
        FieldDescriptor.TYPE_STRING,
        FieldDescriptor.TYPE_BYTES,
        FieldDescriptor.TYPE_MESSAGE,
        FieldDescriptor.TYPE_ENUM,
        FieldDescriptor.TYPE_BOOL,
        FieldDescriptor.TYPE_INT32,
        FieldDescriptor.TYPE_INT64,
    }

    for field in fields_within(Envelope.DESCRIPTOR, set()):
        assert field.type in readable, field.full_name


def test_numbers_of_one_field_are_read_one_after_the_other(bundle: Bundle) -> None:
    schema = Schema(bundle["schema.binpb"])
    stage = Stage(key="review", remind_days_before=[300, 1, -1])

    assert schema.decode(".duifu.v1.Stage", stage.SerializeToString()) == {
        "key": "review",
        "remind_days_before": [300, 1, -1],
    }


def test_the_digests_of_materials_are_listed_from_the_events(genuine: bytes) -> None:
    remarks = {(f.position, f.en) for f in asked(genuine).findings if f.holds is None}

    (letter,) = [text for _, text in remarks if "收件通知" in text]
    assert letter == f"names sha256 {sha256(b'text').hexdigest()} 收件通知"


def test_a_file_is_compared_with_the_digests(genuine: bytes, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(b"text")
    assert failures(asked(genuine, PINS._replace(materials=tmp_path))) == []

    (tmp_path / "letter.txt").write_bytes(b"Text")
    assert failures(asked(genuine, PINS._replace(materials=tmp_path))) == [
        (None, "letter.txt is a material that an event names, unchanged")
    ]


# Changed by a forger who makes the manifest fit


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_found_and_named(forgery: str, bundle: Bundle) -> None:
    tamper, position, sentence = FORGERIES[forgery]
    tamper(bundle)

    found = failures(asked(bundle.with_manifest_to_match().zipped()))

    pattern = ".*".join(map(re.escape, sentence.split("…")))
    assert [one for one in found if one[0] == position and re.fullmatch(pattern, one[1])], found


def test_a_changed_byte_of_any_event_is_found_at_its_position(genuine: bytes, bundle: Bundle) -> None:
    for number, row in enumerate(bundle.rows):
        state = bytearray(b64decode(str(row["state"])))
        state[number % len(state)] ^= 1
        forged = Bundle.of(genuine)
        rewritten(number, state=b64encode(state).decode())(forged)

        found = failures(asked(forged.with_manifest_to_match().zipped()))

        assert (row["position"], NO_ROOT) in found


def test_events_that_fit_no_longer_are_found_even_if_each_is_in_the_ledger(bundle: Bundle) -> None:
    """A log that signs what it likes can hold an event that does not follow from the one before it."""
    rows = [row for row in bundle.rows if row["stream"] == SUBJECT]
    events = duifu_verify.read_events(b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    events[4] = events[4]._replace(previous=b"x" * 32)
    report = duifu_verify.Report()

    duifu_verify.must_be_a_chain(SUBJECT, events, {"whole": {SUBJECT: len(events)}, "excerpts": {}}, report)

    found = [position for position, _ in failures(report)]
    assert found == [events[4].position, events[5].position]


def test_a_stream_that_was_cut_short_is_not_noticed_and_the_answer_says_so(bundle: Bundle) -> None:
    dropped(max(int(str(row["version"])) for row in bundle.rows if row["stream"] == SUBJECT))(bundle)
    del bundle["temporal/history.json"]

    report = asked(bundle.with_manifest_to_match().zipped())

    assert failures(report) == []
    (chain,) = [finding for finding in report.findings if finding.en.startswith(f"{SUBJECT} runs from version 1 to ")]
    assert chain.en.endswith("; whether later ones exist, a bundle cannot show")
    assert chain.zh.endswith("；其后是否还有事件，不能由证据包证明")
    assert "a stream may have later events" in report.findings[-1].en
    assert not [f for f in report.findings if "完整" in f.zh or "is whole" in f.en]


def test_twice_as_many_bogus_events_are_twice_the_work_and_not_four_times(bundle: Bundle) -> None:
    def calls_for(count: int) -> int:
        one = bundle.rows[0]
        bundle.rows = [{**one, "position": number, "version": number} for number in range(1, count + 1)]
        content, calls = bundle.with_manifest_to_match().zipped(), 0

        def called(*_: object) -> None:
            nonlocal calls
            calls += 1

        before = sys.getprofile()
        sys.setprofile(called)
        try:
            report = asked(content)
        finally:
            sys.setprofile(before)
        assert report.failures() >= count
        return calls

    few, many = calls_for(400), calls_for(800)

    assert many < 2.2 * few


@pytest.mark.parametrize(
    ("state", "topic", "sentence"),
    [
        (CLOSED, "duifu.v1.CaseOpened", "the topic duifu.v1.CaseOpened is what is inside, ['.duifu.v1.CaseClosed']"),
        (b"", "duifu.v1.CaseClosed", "the topic duifu.v1.CaseClosed is what is inside, []"),
        (
            b"\x0a\x04\xfa\x3f\x01n",
            "duifu.v1.CaseClosed",
            "the topic duifu.v1.CaseClosed is what is inside, ['field 1023']",
        ),
        (CLOSED + CLOSED, "duifu.v1.CaseClosed", "the schema can read the event (event stands twice)"),
        (CLOSED[:-1], "duifu.v1.CaseClosed", "the schema can read the event (…)"),
        (CLOSED + b"\x1a\x01\xff", "duifu.v1.CaseClosed", "the schema can read the event (…)"),
        (
            CLOSED + b"\x18\x05",
            "duifu.v1.CaseClosed",
            "the schema can read the event (command_id is encoded as something else)",
        ),
        (CLOSED + b"\x1b", "duifu.v1.CaseClosed", "the schema can read the event (…)"),
        (CLOSED + b"\x18" + b"\xff" * 11, "duifu.v1.CaseClosed", "the schema can read the event (…)"),
        (CLOSED + b"\x1a\x85", "duifu.v1.CaseClosed", "the schema can read the event (…)"),
    ],
)
def test_signed_bytes_that_are_not_what_their_topic_says_are_found(
    state: bytes, topic: str, sentence: str, bundle: Bundle
) -> None:
    """The log signed them all the same: its key proves that it holds these bytes, not that they make sense."""
    event = duifu_verify.Event(7, SUBJECT, 3, topic, bytes(32), state)
    report = duifu_verify.Report()

    with report.question(event.position):
        duifu_verify.read_state(Schema(bundle["schema.binpb"]), event)

    ((position, found),) = failures(report)
    assert position == 7
    assert re.fullmatch(".*".join(map(re.escape, sentence.split("…"))), found), found


# Changed without care for the manifest, and damaged


@pytest.mark.parametrize("excerpts", [lambda versions: [*versions, 99], lambda versions: versions[:-1]])
def test_a_manifest_that_lists_other_versions_is_found(
    excerpts: Callable[[list[int]], list[int]], bundle: Bundle
) -> None:
    manifest = json.loads(bundle["manifest.json"])
    stream, versions = next(iter(manifest["excerpts"].items()))
    manifest["excerpts"][stream] = excerpts(versions)
    bundle["manifest.json"] = json.dumps(manifest).encode()

    assert failures(asked(bundle.zipped())) == [
        (None, f"the versions {versions} of {stream} are those that the manifest lists")
    ]


@pytest.mark.parametrize("name", ["README.txt", "duifu-verify.py", "temporal/history.json", "consistency/*"])
def test_a_file_that_the_ledger_does_not_vouch_for_is_still_found_if_it_was_changed(name: str, bundle: Bundle) -> None:
    (found,) = [one for one in bundle if Path(one).match(name)]
    bundle[found] += b" "

    assert failures(asked(bundle.zipped())) == [(None, f"{found!a} is as the manifest lists it")]


def test_a_file_that_was_added_or_removed_is_found(genuine: bytes, bundle: Bundle) -> None:
    bundle["consistency/7.txt"] = bundle.pop("README.txt")

    assert failures(asked(bundle.zipped())) == [
        (None, "'README.txt' is as the manifest lists it"),
        (None, "'consistency/7.txt' is as the manifest lists it"),
    ]


def test_a_file_that_is_there_twice_is_refused(bundle: Bundle) -> None:
    assert failures(asked(bundle.zipped("events.jsonl"))) == [(None, "events.jsonl is there once")]


def test_what_is_compressed_or_encrypted_is_refused(bundle: Bundle) -> None:
    deflated = bundle.zipped(deflated=["README.txt"])
    encrypted = bytearray(bundle.zipped())
    encrypted[encrypted.index(b"PK\1\2") + 8] |= 1  # the flags of the first file in the directory, README.txt

    for content in (deflated, bytes(encrypted)):
        assert failures(asked(content)) == [(None, "README.txt is neither compressed nor encrypted")]


def test_a_zip_that_claims_to_hold_more_than_it_has_is_refused(genuine: bytes) -> None:
    """As files do that overlap one another in the ZIP."""
    forged = bytearray(genuine)
    directory = forged.index(b"PK\1\2")
    forged[directory + 20 : directory + 28] = struct.pack("<II", len(genuine), len(genuine))

    assert failures(asked(bytes(forged))) == [(None, "the sizes in the ZIP fit")]


@pytest.mark.parametrize("part", [0, 1, 100, -1, -30, -2000])
def test_a_bundle_that_was_cut_off_is_refused(part: int, genuine: bytes) -> None:
    ((position, sentence),) = failures(asked(genuine[:part]))

    assert (position, sentence[:25]) == (None, "the ZIP file is sound (Fi")


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_byte_of_a_file_is_changed_the_answer_is_another_or_none_rests_on_it(
    data: st.DataObject, genuine: bytes, proven: Report
) -> None:
    bundle = Bundle.of(genuine)
    name = data.draw(st.sampled_from(sorted(bundle)))
    content = bytearray(bundle[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    bundle[name] = bytes(content)
    forged = bundle.zipped()
    if name not in ("manifest.json", "events.jsonl") and data.draw(st.booleans()):
        forged = bundle.with_manifest_to_match().zipped()

    report = asked(forged)

    assert report.failures() or report.findings == proven.findings


@settings(max_examples=100, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_whatever_byte_of_the_zip_file_is_changed_the_answer_is_another_or_none_rests_on_it(
    place: float, flip: int, genuine: bytes, proven: Report
) -> None:
    forged = bytearray(genuine)
    forged[int(place * len(forged))] ^= flip

    report = asked(bytes(forged))

    assert report.failures() or report.findings == proven.findings


# What the auditor brings


def test_a_checkpoint_that_was_kept_is_shown_to_be_the_beginning(made: tuple[bytes, bytes]) -> None:
    genuine, kept = made

    report = asked(genuine, PINS._replace(kept=kept))

    assert failures(report) == []
    assert "the ledger still begins with the checkpoint you kept" in [finding.en for finding in report.findings]


def test_the_bundles_own_checkpoint_may_be_the_one_that_was_kept(genuine: bytes, bundle: Bundle) -> None:
    assert failures(asked(genuine, PINS._replace(kept=bundle["checkpoint"]))) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda size, _root: (size, b"x" * 32),
            "the ledger still begins with the … events under the checkpoint you kept",
        ),
        (lambda size, root: (size - 1, root), "consistency/….txt is in the bundle (exported with --since-checkpoint)"),
        (lambda size, root: (size + 500, root), "the bundle is not older than the checkpoint you kept"),
    ],
)
def test_a_kept_checkpoint_that_does_not_fit_says_that_history_was_rewritten(
    change: Callable[[int, bytes], tuple[int, bytes]], sentence: str, made: tuple[bytes, bytes]
) -> None:
    origin, size, root, line, *_ = made[1].decode().split("\n")
    other_size, other_root = change(int(size), b64decode(root))
    body = f"{origin}\n{other_size}\n{b64encode(other_root).decode()}\n{line}\n"
    kept = Note(body, (LOG.sign(body),)).text().encode()

    ((_, found),) = failures(asked(made[0], PINS._replace(kept=kept)))

    assert re.fullmatch(".*".join(map(re.escape, sentence.split("…"))), found)


def test_a_kept_checkpoint_that_the_log_did_not_sign_is_told_from_the_bundles_own(made: tuple[bytes, bytes]) -> None:
    found = failures(asked(made[0], PINS._replace(kept=made[1].replace(b"schema", b"Schema"))))

    assert found == [(None, "the one you kept: the signature of duifu.example/log fits")]


@pytest.mark.parametrize(
    ("line", "content", "sentence"),
    [
        (1, [ANOTHER_HASH], "the ledger still begins with the … events under the checkpoint you kept"),
        (2, [], "the proof has no hash too few"),
        (1, ["YWJj"], "…"),
        (0, ["old 1"], "the proof begins with ['old …']"),
    ],
)
def test_a_consistency_proof_that_was_changed_is_found(
    line: int, content: list[str], sentence: str, made: tuple[bytes, bytes]
) -> None:
    bundle = Bundle.of(made[0])
    (name,) = [one for one in bundle if one.startswith("consistency/")]
    lines = bundle[name].decode().split("\n")
    lines[line : line + 1] = content
    bundle[name] = "\n".join(lines).encode()

    ((_, found),) = failures(asked(bundle.with_manifest_to_match().zipped(), PINS._replace(kept=made[1])))

    assert re.fullmatch(".*".join(map(re.escape, sentence.split("…"))), found)


def test_a_consistency_proof_without_hashes_proves_nothing(made: tuple[bytes, bytes]) -> None:
    bundle = Bundle.of(made[0])
    (name,) = [one for one in bundle if one.startswith("consistency/")]
    bundle[name] = bundle[name].split(b"\n")[0]

    found = failures(asked(bundle.with_manifest_to_match().zipped(), PINS._replace(kept=made[1])))

    assert found == [(None, f"{name} has hashes")]


def test_fewer_witnesses_are_enough_if_the_auditor_says_so(bundle: Bundle) -> None:
    signed_by(LOG, WITNESSES[0])(bundle)
    content = bundle.with_manifest_to_match().zipped()

    assert failures(asked(content, PINS._replace(quorum=1))) == []
    assert failures(asked(content))


def test_without_witnesses_the_answer_says_what_would_go_unnoticed(genuine: bytes) -> None:
    report = asked(genuine, PINS._replace(witnesses=(), quorum=0))

    assert failures(report) == []
    assert [f for f in report.findings if f.holds is None and "another history would go unnoticed" in f.en]


# The program, alone


@pytest.fixture
def alone(genuine: bytes, tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs the bundle's own copy in a folder of its own, where only `cryptography` can be imported."""
    libraries, away = tmp_path / "libraries", tmp_path / "away"
    libraries.mkdir()
    away.mkdir()
    site = Path(str(cryptography.__file__)).parents[1]
    for part in [*site.glob("cryptography"), *site.glob("_cffi_backend*"), *site.glob("cffi")]:
        (libraries / part.name).symlink_to(part)
    (away / "bundle.zip").write_bytes(genuine)
    (away / "log.vkey").write_text(f"# the log\n{LOG.verifier.vkey()}\n")
    with zipfile.ZipFile(away / "bundle.zip") as archive:
        archive.extract("duifu-verify.py", away)
    start = f"import sys, runpy; sys.path.append({str(libraries)!r}); "
    start += "runpy.run_path('duifu-verify.py', run_name='__main__')"

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-I", "-S", "-c", start, *arguments]
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}  # which -I does not look at
        return subprocess.run(command, cwd=away, env=env, capture_output=True, encoding="utf-8", check=False)

    return run


WITNESS_ARGUMENTS = [word for witness in WITNESSES for word in ("--witness", witness.verifier.vkey())]


def test_it_runs_where_nothing_of_ours_can_be_imported(alone: Callable[..., Any]) -> None:
    done = alone("bundle.zip", "--key", LOG.verifier.vkey(), *WITNESS_ARGUMENTS)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"✓ 证据成立：{SUBJECT}，{done.stdout.count('✓ [')} 个事件"
    assert "agency.example/one 于 2024-04-01 16:00:00+08:00 见证" in done.stdout


def test_it_speaks_english_and_json_and_shows_the_events(alone: Callable[..., Any]) -> None:
    english = alone("bundle.zip", "--key", "log.vkey", "--lang", "en", "--show")
    data = json.loads(alone("bundle.zip", "--key", "log.vkey", "--json").stdout)

    assert english.stdout.splitlines()[-1].startswith(f"✓ PROVEN: {SUBJECT}, ")
    assert '"case_opened": {' in english.stdout
    assert (data["proven"], data["subject"]) == (True, SUBJECT)
    assert all(finding["holds"] is not False for finding in data["findings"])


def test_what_a_terminal_would_obey_is_spelt_out(capsys: pytest.CaptureFixture[str]) -> None:
    obeyed = "\x1b[2J\x9b31m\u202e\u2028\x7f"
    report = Report()
    report.subject = f"case/a\n✓ PROVEN{obeyed}"
    report.events = [{"reason": obeyed}]
    report.claim(True, obeyed, f"a name{obeyed}\n✓ PROVEN")

    duifu_verify.print_report(report, "en", is_full=True)
    words = capsys.readouterr().out
    duifu_verify.print_json(report.events)
    data = capsys.readouterr().out

    for printed in (words, data):
        assert not set(obeyed) - set("[2J31m") & set(printed)
    assert [line for line in words.splitlines() if line.startswith("✓")] == [
        "✓ a name\\u001b[2J\\u009b31m\\u202e\\u2028\\u007f\\u000a✓ PROVEN",
        "✓ PROVEN: case/a\\u000a✓ PROVEN\\u001b[2J\\u009b31m\\u202e\\u2028\\u007f, 1 events",
    ]
    assert json.loads(data) == report.events


def test_what_is_broken_ends_with_3_and_says_so(alone: Callable[..., Any]) -> None:
    done = alone("bundle.zip", "--key", OTHER_LOG.verifier.vkey(), "--lang", "en")

    assert done.returncode == 3
    assert done.stdout == "✗ not so: the checkpoint is signed by duifu.example/log\n✗ BROKEN: 1 claims\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "never from a bundle"),
        (("--key", "log.vkey", "--key", OTHER_LOG.verifier.vkey()), "name the log's public key with --key"),
        (("--key", WITNESSES[0].verifier.vkey()), "a log's public key"),
        (("--key", "log.vkey", "--witness", LOG.verifier.vkey()), "a witness's public key"),
        (("--key", LOG.verifier.vkey().replace("duifu", "duifo")), "a log's public key"),
        (("--key", "nowhere.vkey"), "a log's public key"),
        (("--key", "log.vkey", *WITNESS_ARGUMENTS, *WITNESS_ARGUMENTS[:2]), "one key is given twice"),
        (("--key", "log.vkey", "--quorum", "1"), "--quorum is more than the witnesses given"),
        (("--key", "log.vkey", "--materials", "log.vkey"), "--materials is no folder"),
        (("--key", "log.vkey", "--checkpoint", "nowhere"), "nowhere"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(
    arguments: tuple[str, ...], said: str, alone: Callable[..., Any]
) -> None:
    done = alone("bundle.zip", *arguments)

    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert done.stdout == ""


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bundle.zip").write_bytes(b"x" * 101)
    monkeypatch.setattr(duifu_verify, "BUNDLE_BYTES_MAX", 100)

    with pytest.raises(SystemExit, match="2"):
        duifu_verify.main([str(tmp_path / "bundle.zip"), "--key", LOG.verifier.vkey()])

    assert "the bundle is too large" in capsys.readouterr().err


def test_it_imports_the_standard_library_and_cryptography_and_is_old_enough_for_python_3_9() -> None:
    source = Path(duifu_verify.__file__).read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 9))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert {name.split(".")[0] for name in names} - sys.stdlib_module_names == {"cryptography"}


def test_a_key_is_read_as_the_ledger_writes_it() -> None:
    for key, kind in ((LOG.verifier, duifu_verify.LOG), (WITNESSES[0].verifier, duifu_verify.WITNESS)):
        read = parse_key(key.vkey(), kind)

        assert (read.name, read.id, read.kind, read.public) == (key.name, key.key_id, key.algorithm, key.public_key)


# By hand, as docs/evidence-bundle.md says, with openssl and nothing of ours


@pytest.mark.skipif(shutil.which("openssl") is None, reason="this machine has no openssl to check with")
def test_one_event_is_proven_by_hand_with_openssl(bundle: Bundle, tmp_path: Path) -> None:
    def openssl_sha256(content: bytes) -> bytes:
        digest = ["openssl", "dgst", "-sha256", "-binary"]
        return subprocess.run(digest, input=content, capture_output=True, check=True).stdout

    row = bundle.rows[2]
    stream, topic = str(row["stream"]).encode(), str(row["topic"]).encode()
    entry = b"ev1" + struct.pack(">H", len(stream)) + stream + struct.pack(">Q", row["version"])
    entry += struct.pack(">H", len(topic)) + topic + bytes.fromhex(str(row["previous"]))
    entry += openssl_sha256(b64decode(str(row["state"])))
    node = openssl_sha256(b"\x00" + entry)

    proof = bundle[f"proofs/{row['position']}.tlog-proof"].decode()
    head, _, note = proof.partition("\n\n")
    _, index_line, *hashes = head.split("\n")
    text, _, signatures = note.rpartition("\n\n")
    _, size, root, _ = text.split("\n")
    index, last = int(index_line.removeprefix("index ")), int(size) - 1
    for sibling in map(b64decode, hashes):
        if index % 2 or index == last:
            node = openssl_sha256(b"\x01" + sibling + node)
            while index and index % 2 == 0:
                index, last = index // 2, last // 2
        else:
            node = openssl_sha256(b"\x01" + node + sibling)
        index, last = index // 2, last // 2
    assert (index, b64encode(node).decode()) == (0, root)

    signature = b64decode(signatures.split("\n")[0].split(" ")[2])[4:]
    public = b64decode(LOG.verifier.vkey().split("+", 2)[2])[1:]
    prefix = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo of Ed25519 (RFC 8410)
    (tmp_path / "key.der").write_bytes(prefix + public)
    (tmp_path / "note").write_bytes(text.encode() + b"\n")
    (tmp_path / "signature").write_bytes(signature)
    verify = "openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in note -sigfile signature"
    done = subprocess.run(verify.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "Signature Verified Successfully\n", done.stderr


def test_the_page_for_other_verifiers_names_every_file_and_field() -> None:
    page = (ROOT / "docs" / "evidence-bundle.md").read_text("utf-8")

    for name in [
        *duifu_verify.MANIFEST,
        *duifu_verify.EVENT,
        *re.findall(r"[\w/-]+\\?\.\w+", duifu_verify.NAMES.pattern),
    ]:
        assert f"`{name}`".replace("\\", "") in page or name.replace("\\", "") in page, name


def plain(message: Message) -> Any:
    """A message as the verifier should print it, by protobuf's own reflection."""
    if message.DESCRIPTOR.full_name == "google.protobuf.Timestamp":
        return message.ToDatetime(SHANGHAI).replace(microsecond=0).isoformat(" ")  # type: ignore[attr-defined]
    return {field.name: _plain(field, value) for field, value in message.ListFields()}


def sorted_maps(value: Any) -> Any:
    """The order of a map's entries means nothing."""
    if isinstance(value, dict):
        return {key: sorted_maps(inner) for key, inner in value.items()}
    if isinstance(value, list):
        is_map = all(isinstance(one, dict) and set(one) == {"key", "value"} for one in value)
        return sorted(value, key=lambda one: str(one["key"])) if is_map else [sorted_maps(one) for one in value]
    return value


def _plain(field: FieldDescriptor, value: Any) -> Any:
    if field.is_repeated:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            inner = field.message_type.fields_by_name["value"]
            return [{"key": key, "value": _one(inner, value[key])} for key in sorted(value)]
        return [_one(field, inner) for inner in value]
    return _one(field, value)


def _one(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None:
        return plain(value)
    if field.enum_type is not None:
        return field.enum_type.values_by_number[value].name
    return b64encode(value).decode() if isinstance(value, bytes) else value


def fields_within(kind: Descriptor, seen: set[str]) -> list[FieldDescriptor]:
    """Every field of a message and of the messages inside."""
    if kind.full_name in seen:
        return []
    seen.add(kind.full_name)
    inner = [field.message_type for field in kind.fields if field.message_type is not None]
    return [*kind.fields, *(field for one in inner for field in fields_within(one, seen))]
