"""Colours and cell formats of the conflict workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reconcile.model import Severity

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format

FONT: Final = "Arial"  # on every Windows, with all Vietnamese letters
INK: Final = "#1F2933"
QUIET: Final = "#66727F"
ACCENT: Final = "#1F4E79"
DIFFERENCE: Final = "#C00000"
FILL_IN: Final = "#FFF8DC"
DONE: Final = "#E2F0D9"
LINE: Final = "#C5CCD3"
SEVERITY_COLOURS: Final[dict[str, tuple[str, str]]] = {
    # severity -> background, ink; the word stands in the cell too, so that no one needs colours
    Severity.CRITICAL.value: ("#FFC7CE", "#9C0006"),
    Severity.ERROR.value: ("#F8CBAD", INK),
    Severity.WARNING.value: ("#FFE699", INK),
    Severity.INFO.value: ("#DDEBF7", INK),
}


class Styles:
    """The formats of one workbook, each made once.

    Args:
        workbook: the workbook that they belong to.
    """

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        base = {"valign": "top", "text_wrap": True, "border": 1, "border_color": LINE}
        self.cell = self._make(**base)
        self.centred = self._make(**base, align="center")
        self.proposal = self._make(**base, bold=True, font_color=ACCENT)
        self.fill_in = self._make(**base, bg_color=FILL_IN, locked=False, num_format="@")
        self.fill_in_date = self._make(
            **base, bg_color=FILL_IN, locked=False, num_format="dd/mm/yyyy", align="center"
        )
        self.severity = {
            severity: self._make(**base, align="center", bold=True, bg_color=fill, font_color=ink)
            for severity, (fill, ink) in SEVERITY_COLOURS.items()
        }
        head = {
            "bold": True,
            "valign": "vcenter",
            "align": "center",
            "text_wrap": True,
            "border": 1,
        }
        self.head = self._make(**head, bg_color=ACCENT, font_color="#FFFFFF", border_color=LINE)
        self.head_fill_in = self._make(
            **head, bg_color="#FFD966", font_color=INK, border_color=LINE
        )
        self.hint = self._make(italic=True, font_color=QUIET, valign="vcenter")
        self.back = self._make(font_color=ACCENT, underline=1, valign="vcenter")
        self.hidden = self._make(font_color=QUIET, font_size=8)
        # inside a cell
        self.heading = self._make(bold=True, font_color=ACCENT)
        self.label = self._make(font_color=QUIET)
        self.plain = self._make()
        self.differs = self._make(bold=True, font_color=DIFFERENCE)
        self.quiet = self._make(font_color=QUIET, font_size=9)
        # conditional
        self.done = workbook.add_format({"bg_color": DONE})
        self.half = workbook.add_format({"bg_color": "#F8CBAD"})

    def _make(self, **properties: Any) -> Format:  # noqa: ANN401 -- XlsxWriter takes any
        return self._workbook.add_format(
            {"font_name": FONT, "font_size": 10, "font_color": INK, **properties}
        )

    def guide(self, **properties: Any) -> Format:  # noqa: ANN401 -- XlsxWriter takes any
        """A format of the guide sheet, on the common base."""
        return self._make(valign="top", text_wrap=True, **properties)
