"""Asks a witness to sign a checkpoint, and believes its signature only once it is verified. (C2SP tlog-witness)"""

from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from proofs.notes import Checkpoint, Note, NoteRefused, SignatureLine, Verifier
from proofs.submission import PATH, Submission, from_answer, from_latest

ANSWER_MAX_BYTES = 100_000
ATTEMPTS_MAX = 3  # the first may not know the witness's size, the second may be overtaken by another sealer

#: The consistency proof from a tree of this many leaves to the checkpoint at hand; asked only for smaller trees.
ProofFrom = Callable[[int], list[bytes]]


class WitnessRefused(Exception):
    """The witness answered, and did not sign. Asking again will not help; people must look."""


class WitnessUnavailable(Exception):
    """The witness did not answer in time, or not as a witness does. Ask again later."""


class WitnessClient:
    """One witness: where it answers and the key it signs with. Not to be shared between threads."""

    def __init__(self, url: str, verifier: Verifier, timeout_seconds: int = 5):
        """`url` is the submission prefix; `timeout_seconds` limits each wait. Raises ValueError for another scheme."""
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ValueError(f"the address of a witness is http://… or https://…, not {url!r}")
        self.url = url.rstrip("/")
        self.verifier = verifier
        self.timeout_seconds = timeout_seconds
        self._size = 0  # what the witness signed last, as far as we know; 0 makes it say so

    def ask(self, note: Note, proof_from: ProofFrom) -> SignatureLine:
        """The witness's cosignature of the checkpoint in `note`.

        Raises WitnessRefused, WitnessUnavailable, and NoteRefused if the note holds no checkpoint.
        """
        size = Checkpoint.parse(note.body).size
        for _ in range(ATTEMPTS_MAX):
            if self._size > size:
                seen, self._size = self._size, 0
                raise WitnessRefused(
                    f"{self.verifier.name} has signed {seen} leaves, this checkpoint has {size}: another sealer is "
                    "ahead, or the log was cut back. If it was cut back, it may not go on under this origin."
                )
            proof = proof_from(self._size) if 0 < self._size < size else []
            status, content = self._post(Submission(self._size, tuple(proof), note))
            if status == 200:
                line = self._verified(note, content)
                self._size = size
                return line
            if status != 409:
                self._refuse(status, content)
            self._size = self._latest(content)
        raise WitnessUnavailable(f"{self.verifier.name} named another size {ATTEMPTS_MAX} times: who else seals?")

    def _post(self, submission: Submission) -> tuple[int, bytes]:
        request = Request(f"{self.url}{PATH}", submission.text().encode(), method="POST")  # noqa: S310 (http, see above)
        request.add_header("Content-Type", "text/plain; charset=utf-8")
        try:
            with _OPENER.open(request, timeout=self.timeout_seconds) as answer:
                return answer.status, answer.read(ANSWER_MAX_BYTES)
        except HTTPError as error:
            with error:
                return error.code, self._rest(error)
        except (OSError, HTTPException) as error:
            raise WitnessUnavailable(f"{self.verifier.name} at {self.url}: {error}") from None

    def _rest(self, error: HTTPError) -> bytes:
        try:
            return error.read(ANSWER_MAX_BYTES)
        except (OSError, HTTPException) as broken:
            raise WitnessUnavailable(f"{self.verifier.name} at {self.url}: {broken}") from None

    def _verified(self, note: Note, content: bytes) -> SignatureLine:
        ours = (self.verifier.name, self.verifier.key_id)
        try:
            line = next(line for line in from_answer(content) if (line.name, line.key_id) == ours)
            if not self.verifier.verify(note.body, line):
                raise NoteRefused("its cosignature does not say when it was made")
        except StopIteration:
            raise WitnessRefused(
                f"{self.url} signs, but not with the key {self.verifier.vkey()}: is it another witness?"
            ) from None
        except NoteRefused as error:
            raise WitnessRefused(f"{self.verifier.name}: {error}") from None
        return line

    def _latest(self, content: bytes) -> int:
        try:
            return from_latest(content)
        except NoteRefused as error:
            raise WitnessUnavailable(f"{self.verifier.name} does not say what it signed last: {error}") from None

    def _refuse(self, status: int, content: bytes) -> None:
        said = f"{self.verifier.name} at {self.url} answered {status}: {content[:500].decode(errors='replace').strip()}"
        if status in (400, 403, 404, 422):
            raise WitnessRefused(said)
        raise WitnessUnavailable(said)


class _NoRedirects(HTTPRedirectHandler):
    """A checkpoint goes where its owner said; a redirected POST would arrive without it."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Never."""


_OPENER = build_opener(_NoRedirects)
