"""The words around the explorer's pictures, as HTML, and how it all lies on the page."""

from html import escape

from lib.explorer.state import Figures, Side

BOX = "smoothing-explorer"

# What a screen reader says of sliders and pictures, which ipywidgets leaves without a name: a slider's handle takes its
# tooltip, a picture what the words beside it hold in `data-alt`. Done when this style has loaded, and again whenever
# something on the page changes. (A tooltip on ipywidgets.Image breaks its view.)
_GIVE_NAMES = (
    "(box => { const name = () => {"
    " box.querySelectorAll('.widget-slider').forEach(slider =>"
    " slider.querySelector('.noUi-handle')?.setAttribute('aria-label', slider.querySelector('label').title));"
    " box.querySelectorAll('img, video').forEach(picture =>"
    " picture[picture.alt === undefined ? 'ariaLabel' : 'alt'] ="
    " picture.parentElement.querySelector('[data-alt]')?.dataset.alt ?? '') };"
    " name(); new MutationObserver(name).observe(box, {childList: true, subtree: true}) })"
    f"(this.closest('.{BOX}'))"
)

STYLE = f"""<style onload="{_GIVE_NAMES}">
.{BOX} {{ width: 100%; max-width: 860px; overflow: hidden; }}
.{BOX} .explorer-row {{ display: flex; flex-flow: row wrap; gap: 2px 12px; }}
.{BOX} .explorer-side {{ flex: 1 1 150px; min-width: 0; overflow: hidden; }}
.{BOX} .explorer-side img {{ max-height: 220px; object-fit: contain; object-position: left; }}
.{BOX} img, .{BOX} video {{ width: 100%; height: auto; margin: 0; }}
.{BOX} video {{ max-width: 640px; }}
.{BOX} .widget-hslider {{ flex: 1 1 130px; width: auto; min-width: 0; }}
.{BOX} .widget-dropdown {{ max-width: calc(100% - 4px); }}
.{BOX} .widget-label {{ width: auto; min-width: 3.5em; }}
.{BOX} .jupyter-button {{ width: auto; }}
.{BOX} table {{ border-collapse: collapse; line-height: 1.5; }}
.{BOX} th, .{BOX} td {{ padding: 1px 16px 1px 0; text-align: left; font-weight: normal; }}
.{BOX} td {{ text-align: right; font-variant-numeric: tabular-nums; }}
.{BOX} thead th:not(:first-child) {{ text-align: right; border-bottom: 1px solid currentColor; }}
</style>"""


def caption(name: str, side: Side, label: str, colour: tuple[int, int, int]) -> str:
    """What a side is, and what it names the present frame; the bar before it has the event's colour."""
    style = f"border-left: 6px solid rgb{colour}; padding-left: 6px; line-height: 1.4"
    return (
        f'<div data-alt="The frame as side {name} labels it: {escape(label)}" style="{style}">'
        f"<b>{name} says <span>{escape(label)}</span></b><br>{escape(str(side))}</div>"
    )


def moment(at: int, frames: int, seconds: float) -> str:
    """Where the clip stands."""
    return f"frame {at + 1} of {frames}, {seconds:.2f} s"


def table(figures: dict[str, Figures], rate: float) -> str:
    """The figures of each frame alone, A and B; `rate` is in scored frames a second."""
    known = all(one.accuracy is not None for one in figures.values())
    heads = ("frames right", "surplus switches", "mean lag") if known else ("changes of label",)
    head = "".join(f'<th scope="col">{text}</th>' for text in ("", *heads))
    rows = []
    for name, one in figures.items():
        cells = _measured(one, rate) if known else (str(one.changes),)
        rows.append(f'<tr><th scope="row">{name}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    alt = "Strips of the labels and curves of the scores along the clip; the table below sums them up."
    return f'<table data-alt="{alt}">' f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _measured(one: Figures, rate: float) -> tuple[str, ...]:
    lag = "no change of event" if one.lag is None else f"{one.lag:.1f} frames ({one.lag / rate:.2f} s)"
    return f"{one.accuracy:.1%}", str(one.surplus), lag


def film(name: str) -> str:
    """What stands above the labelled clip."""
    return f'<div data-alt="The labelled clip {escape(name)}"><b>{escape(name)}</b></div>'


def status(text: str) -> str:
    """A line that a screen reader says when it changes."""
    return f'<div role="status">{escape(text)}</div>'
