"""A page as a browser reads it."""

from html.parser import HTMLParser

HOSTILE = """<script>alert("1")</script>&amp;'x'"""


class Page(HTMLParser):
    """`tags`: the name and attributes of each element; `text`: all text, entities decoded."""

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data.replace("\N{NO-BREAK SPACE}", " ")

    def values(self, attribute: str) -> list[str]:
        """The values of an attribute in all elements that have it."""
        return [attributes[attribute] for _, attributes in self.tags if attribute in attributes]
