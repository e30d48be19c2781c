"""What a file says that nobody can use."""


class Unusable(ValueError):
    """A file, or one value in it, that is not taken: what was found and what is taken, in both languages."""

    def __init__(self, zh: str, en: str):
        """The sentence for operators, and the same in English; half a character in what was found is told by number."""
        self.zh, self.en = (words.encode(errors="backslashreplace").decode() for words in (zh, en))
        super().__init__(f"{self.zh} / {self.en}")

    def at(self, place: str) -> "Unusable":
        """The same with its place."""
        return Unusable(f"{place}：{self.zh}", self.en)


def quoted(text: str, most: int = 40) -> str:
    """A value as a message repeats it: not more of it than helps to find it."""
    return repr(text if len(text) <= most else f"{text[:most]}…")
