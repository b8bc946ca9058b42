"""A browser without a window: it follows redirects, keeps cookies, and presses the buttons of plain HTML forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx


@dataclass
class Form:
    """A form of a page: where it goes, and what it holds."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(said.get("method", "get").upper(), said.get("action", "")))
        elif tag == "input" and self.found and said.get("type") != "checkbox":
            self.found[-1].fields[said["name"]] = said.get("value", "")


class Browser:
    """Use it as a context; `text` is the page that is open."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=True, timeout=20)
        self.page: httpx.Response | None = None
        self.visited: list[str] = []
        self.shown: list[str] = []

    async def __aenter__(self) -> "Browser":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    @property
    def text(self) -> str:
        assert self.page is not None
        return self.page.text

    @property
    def url(self) -> str:
        assert self.page is not None
        return str(self.page.url)

    @property
    def status(self) -> int:
        assert self.page is not None
        return self.page.status_code

    async def open(self, address: str) -> str:
        """Go there; the text of the page where one arrives."""
        return self._arrived(await self._client.get(address))

    def form(self, part: str) -> Form:
        """The form whose address contains this."""
        reader = _Forms()
        reader.feed(self.text)
        return next(form for form in reader.found if part in form.action)

    async def press(self, part: str, **changed: str) -> str:
        """Send the form whose address contains `part`, with some fields filled in."""
        form = self.form(part)
        address, fields = urljoin(self.url, form.action), {**form.fields, **changed}
        if form.method == "GET":
            return await self.open(f"{address}?{httpx.QueryParams(fields)}")
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.url))
        return self._arrived(await self._client.post(address, data=fields, headers={"origin": origin}))

    def _arrived(self, page: httpx.Response) -> str:
        self.page = page
        self.visited += [str(each.url) for each in (*page.history, page)]
        self.shown.append(page.text)
        return page.text
