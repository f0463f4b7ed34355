"""Names and texts of elements of XML, whatever their namespace is. Entry points: `local_name`, `child_text`."""

from xml.etree import ElementTree

Element = ElementTree.Element


def local_name(element: Element) -> str:
    """The name without its namespace; "" for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child_text(element: Element, name: str) -> str:
    """The text of the first child of this name, on one line; "" if there is none."""
    child = next((child for child in element if local_name(child) == name), None)
    return " ".join("".join(child.itertext()).split()) if child is not None else ""
