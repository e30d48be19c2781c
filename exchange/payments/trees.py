"""XML of a bank as a small tree: one namespace, no DTD, so deep and so many elements and no more."""

from dataclasses import dataclass, field

from exchange.unpacking import Attributes, walk_namespaced
from exchange.unusable import Unusable, quoted

DEPTH_MAX = 40
ELEMENTS_MAX = 600_000
TEXT_MAX = 10_000  # characters of one element


@dataclass(slots=True)
class Tree:
    """One element: its name without the namespace, its attributes, and its text before its first child, stripped."""

    tag: str
    attributes: Attributes
    children: "list[Tree]" = field(default_factory=list)
    text: str = ""

    def all(self, path: str) -> "list[Tree]":
        """The elements at a path such as "Ntry/NtryDtls", in order."""
        found = [self]
        for tag in path.split("/"):
            found = [child for element in found for child in element.children if child.tag == tag]
        return found

    def one(self, path: str) -> "Tree | None":
        """The element at a path, if there is one. Raises Unusable where there are several."""
        found = self.all(path)
        if len(found) > 1:
            raise Unusable(f"{self.tag} 中有多个 {path}", f"{self.tag} has more than one {path}")
        return found[0] if found else None

    def words(self, *paths: str) -> str:
        """The text at the first of these paths that has any; empty if none has. Raises Unusable like `one`."""
        return next((found.text for path in paths if (found := self.one(path)) and found.text), "")


def read_tree(content: bytes, name: str) -> Tree:
    """The root of a document in UTF-8, under its tag `{namespace}Document`.

    Raises Unusable for what is no XML, has a DTD, is nested too deep, has too many elements, or names of more than one
    namespace.
    """
    open_elements: list[Tree] = []
    roots: list[Tree] = []
    namespace, count = "", 0

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal namespace, count
        count += 1
        its_namespace, _, local = tag.rpartition("}")
        if not roots:
            namespace = its_namespace
        if its_namespace != namespace:
            words = f"{name} 的元素 {quoted(local)} 属于另一个命名空间 {quoted(its_namespace, 80)}"
            raise Unusable(words, f"{quoted(local)} is of another namespace")
        if len(open_elements) == DEPTH_MAX or count > ELEMENTS_MAX:
            words = f"{name} 嵌套超过{DEPTH_MAX}层，或元素超过{ELEMENTS_MAX:,}个"
            raise Unusable(words, f"nested more than {DEPTH_MAX} deep, or more than {ELEMENTS_MAX:,} elements")
        element = Tree(tag if not roots else local, attributes)
        (open_elements[-1].children if open_elements else roots).append(element)
        open_elements.append(element)

    def end(_: str) -> None:
        element = open_elements.pop()
        element.text = element.text.strip()

    def heard(text: str) -> None:
        element = open_elements[-1]
        if element.children:
            return  # what stands between elements only indents them
        element.text += text
        if len(element.text) > TEXT_MAX:
            words = f"{name} 的一个元素超过{TEXT_MAX:,}个字符"
            raise Unusable(words, f"an element has more than {TEXT_MAX:,} characters")

    walk_namespaced(name, content, start, end, heard)
    return roots[0]
