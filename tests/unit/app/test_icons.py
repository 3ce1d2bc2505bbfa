"""Icons take the colour of the theme that is there when they are painted."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QToolButton

from app.icons import icon
from app.theme import DARK, LIGHT
from app.widgets.placeholder import Placeholder
from app.widgets.search import SearchField

pytestmark = pytest.mark.unit


def inks(picture: QPixmap) -> set[str]:
    """The colours of the pixels that are fully covered."""
    image = picture.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    points = ((x, y) for x in range(image.width()) for y in range(image.height()))
    found = [image.pixelColor(x, y) for x, y in points]
    return {colour.name() for colour in found if colour.alpha() == 255}


def test_that_an_icon_follows_the_theme_once_it_is_set(context, qtbot):
    button = QToolButton()
    qtbot.addWidget(button)
    button.setIcon(icon("plus"))
    assert inks(button.icon().pixmap(16, 16)) == {DARK.text}
    context.theme.choose("light")
    assert inks(button.icon().pixmap(16, 16)) == {LIGHT.text}
    button.resize(40, 40)
    assert LIGHT.text in inks(button.grab())


def test_that_a_given_colour_stays(context):
    made = icon("plus", "#112233")
    context.theme.choose("light")
    assert inks(made.pixmap(16, 16)) == {"#112233"}


def test_that_a_disabled_icon_is_paler(context):
    enabled, disabled = (
        icon("plus").pixmap(QSize(16, 16), mode)
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled)
    )
    assert enabled.toImage() != disabled.toImage()


def test_that_a_dense_screen_gets_more_pixels(context):
    picture = icon("plus").pixmap(QSize(16, 16), 2.0)
    assert (picture.width(), picture.devicePixelRatio()) == (32, 2.0)


def test_that_an_icon_that_was_changed_apart_still_follows(context):
    apart = QIcon(icon("plus"))
    apart.addFile("nothing.svg")
    context.theme.choose("light")
    assert inks(apart.pixmap(16, 16)) == {LIGHT.text}


def test_that_the_picture_of_a_placeholder_follows_the_theme(context, qtbot):
    box = Placeholder()
    qtbot.addWidget(box)
    box.show_state("empty", "Nothing yet", "")
    box.show()
    assert inks(box.picture.pixmap()) == {DARK.text}
    context.theme.choose("light")
    assert inks(box.picture.pixmap()) == {LIGHT.text}


def test_that_the_lens_of_a_search_follows_the_theme(context, qtbot):
    field = SearchField()
    qtbot.addWidget(field)
    context.theme.choose("light")
    (lens,) = [action for action in field.actions() if not action.icon().isNull()]
    assert inks(lens.icon().pixmap(16, 16)) == {QColor(LIGHT.text).name()}
