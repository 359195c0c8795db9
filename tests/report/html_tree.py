"""A page as a tree, for tests."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br", "hr", "input", "base"}


@dataclass
class Node:
    tag: str
    attributes: dict[str, str]
    children: list["Node"] = field(default_factory=list)
    pieces: list["str | Node"] = field(default_factory=list)

    def all(self) -> list["Node"]:
        return [self, *(n for child in self.children for n in child.all())]

    def text(self, without: tuple[str, ...] = ()) -> str:
        return "".join(p if isinstance(p, str) else ("" if p.tag in without else p.text(without)) for p in self.pieces)

    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())


class Tree(HTMLParser):
    """A tree of the page; an element that is not closed, or closed in the wrong place, is an error."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}>: an attribute stands twice"
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        self.open[-1].pieces.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].pieces.append(data)


def parse(html: str) -> Node:
    tree = Tree()
    tree.feed(html)
    tree.close()
    assert tree.open == [tree.root]
    return tree.root
