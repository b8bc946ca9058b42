"""The frame of the set-up pages: plain HTML, light and dark, nothing from elsewhere, no script."""

from html import escape

from starlette.responses import HTMLResponse

STYLE = """
:root { --paper: #f6f6f3; --card: #fff; --line: #e2e1db; --ink: #23252b; --muted: #6c6f78; --accent: #4059c9;
  --good: #22835a; --bad: #c03f4d; --warn: #a86f12; --code: #f0efea; color-scheme: light dark;
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--ink); }
@media (prefers-color-scheme: dark) { :root { --paper: #15171c; --card: #1c1f26; --line: #2d313b; --ink: #dfe1e7;
  --muted: #949aa8; --accent: #8ea2ff; --good: #58bd8c; --bad: #f0808b; --warn: #dcae58; --code: #252932; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); }
main { max-width: 760px; margin: 0 auto; padding: 40px 24px 80px; }
h1 { font-size: 26px; letter-spacing: -.01em; margin: 0 0 6px; } h2 { font-size: 16px; margin: 28px 0 8px; }
p { margin: 8px 0; } a { color: var(--accent); } small, .muted { color: var(--muted); }
code, pre { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, monospace; background: var(--code); }
code { padding: 1px 5px; border-radius: 5px; }
pre { padding: 12px; border-radius: 8px; overflow: auto; max-height: 320px; margin: 8px 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 6px 18px;
  margin: 12px 0; }
.step { display: flex; gap: 12px; padding: 10px 0; border-top: 1px solid var(--line); }
.step:first-child { border-top: 0; }
.step i { flex: none; width: 12px; height: 12px; border-radius: 50%; margin-top: 6px; border: 2px solid var(--muted); }
.step.done i { background: var(--good); border-color: var(--good); }
.step.wrong i { background: var(--bad); border-color: var(--bad); }
.step.unseen i { border-style: dashed; }
.step b { font-weight: 600; } .step small { display: block; overflow-wrap: anywhere; }
.told { border-left: 3px solid var(--warn); padding: 4px 14px; margin: 16px 0; overflow-wrap: anywhere; }
button { font: inherit; font-weight: 600; padding: 8px 16px; border-radius: 8px; border: 1px solid var(--accent);
  background: var(--accent); color: var(--card); cursor: pointer; }
button.quiet { background: transparent; color: var(--accent); }
input[type=text] { font: inherit; padding: 5px 9px; border: 1px solid var(--line); border-radius: 7px;
  background: var(--card); color: var(--ink); }
form { margin: 12px 0; } details { margin: 12px 0; } summary { cursor: pointer; color: var(--muted); }
"""
RELOAD_S = 5


def text(said: str) -> str:
    """Somebody's text, harmless; what stands between backticks becomes code."""
    parts = escape(said).split("`")
    if len(parts) % 2 == 0:  # a lone backtick is a letter like another
        return escape(said)
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


def link(address: str, words: str) -> str:
    """A link to a web page; anything else that is called an address is only shown."""
    if not address.startswith(("https://", "http://", "/")):
        return text(words)
    return f'<a href="{escape(address)}">{text(words)}</a>'


def page(title: str, body: str, *, status: int = 200, form_to: str = "", reloads: bool = False) -> HTMLResponse:
    """A whole page. Its policy lets nothing in, and forms go nowhere but to us and to `form_to` (an origin)."""
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_to}".rstrip()
    )
    again = f'<meta http-equiv="refresh" content="{RELOAD_S};url=/setup">' if reloads else ""
    whole = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"{again}<title>{escape(title)} · TDD Orchestrator</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    headers = {
        "content-security-policy": policy,
        "cache-control": "no-store",
        "referrer-policy": "strict-origin-when-cross-origin",
        "x-content-type-options": "nosniff",
    }
    return HTMLResponse(whole, status, headers)
