"""The style sheet; ``@name`` stands for a colour of the theme (``app.theme.Colours``).

Spacing keeps to multiples of 4 px, corners are 6 px, and whatever has the keyboard's focus shows
it by the accent colour.
"""

STYLE = """
* { font-size: 10pt; }
QWidget { color: @text; }
QMainWindow, QDialog, QStackedWidget, #page { background: @window; }
QLabel { background: transparent; }
QLabel#title { font-size: 16pt; font-weight: 600; }
QLabel#cardTitle { font-size: 10pt; font-weight: 600; color: @muted; }
QLabel#muted, QLabel#hint { color: @muted; }
QLabel#small { color: @muted; font-size: 9pt; }
QLabel#value { font-size: 19pt; font-weight: 600; }
QLabel#heading { font-size: 12pt; font-weight: 600; }
QLabel#mono, QPlainTextEdit, QTextEdit#mono { font-family: "JetBrains Mono", "Cascadia Mono", "Menlo", "DejaVu Sans Mono", monospace; }
QLabel[tone="good"] { color: @good; }
QLabel[tone="warning"] { color: @warning; }
QLabel[tone="bad"] { color: @bad; }
QLabel[tone="info"] { color: @info; }
QToolTip { background: @raised; color: @text; border: 1px solid @border; padding: 4px 8px; }

#card { background: @surface; border: 1px solid @border; border-radius: 8px; }
#rail { background: @surface; border-right: 1px solid @border; }
#rail QToolButton { border: none; border-radius: 6px; padding: 8px 10px; text-align: left; color: @muted; background: transparent; }
#rail QToolButton:hover { background: @hover; color: @text; }
#rail QToolButton:checked { background: @hover; color: @text; font-weight: 600; }
#rail QToolButton:focus { border: 1px solid @accent; }
#statusBar { background: @surface; border-top: 1px solid @border; }

QPushButton, QToolButton { background: @raised; border: 1px solid @border; border-radius: 6px; padding: 5px 12px; min-height: 18px; }
QToolButton { padding: 5px 8px; }
QPushButton:hover, QToolButton:hover { background: @hover; border-color: @muted; }
QPushButton:pressed, QToolButton:pressed { background: @selection; }
QPushButton:focus, QToolButton:focus { border: 1px solid @accent; }
QPushButton:disabled, QToolButton:disabled { color: @muted; border-color: @border; background: @window; }
QPushButton#primary, QPushButton:default { background: @accent; color: @on_accent; border-color: @accent; font-weight: 600; }
QPushButton#primary:hover { border-color: @text; }
QPushButton#primary:disabled { background: @raised; color: @muted; border-color: @border; }
QPushButton#danger { color: @bad; border-color: @bad; }
QPushButton#danger:disabled { color: @muted; border-color: @border; }
QToolButton#flat, QPushButton#flat { background: transparent; border: 1px solid transparent; }
QToolButton#flat:hover, QPushButton#flat:hover { background: @hover; }
QToolButton#flat:focus, QPushButton#flat:focus { border-color: @accent; }
QToolButton::menu-indicator { image: none; width: 0; }

#segmented QToolButton { border-radius: 0; border-right-width: 0; padding: 4px 10px; }
#segmented QToolButton[place="first"] { border-top-left-radius: 6px; border-bottom-left-radius: 6px; }
#segmented QToolButton[place="last"] { border-top-right-radius: 6px; border-bottom-right-radius: 6px; border-right-width: 1px; }
#segmented QToolButton:checked { background: @selection; color: @text; font-weight: 600; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateTimeEdit {
    background: @surface; border: 1px solid @border; border-radius: 6px; padding: 4px 8px;
    selection-background-color: @selection; selection-color: @text; min-height: 18px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QDateTimeEdit:focus { border: 1px solid @accent; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled { color: @muted; background: @window; }
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"] { border: 1px solid @bad; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView { background: @raised; border: 1px solid @border; selection-background-color: @selection; outline: 0; }

QTableView, QTreeView, QListView, QTableWidget, QTreeWidget, QListWidget {
    background: @surface; alternate-background-color: @raised; border: 1px solid @border; border-radius: 6px;
    gridline-color: @border; selection-background-color: @selection; selection-color: @text; outline: 0; }
QTableView:focus, QTreeView:focus, QListView:focus { border-color: @accent; }
QTableView::item, QTreeView::item, QListView::item { padding: 3px 6px; }
QHeaderView { background: @raised; }
QHeaderView::section { background: @raised; color: @muted; border: none; border-bottom: 1px solid @border; border-right: 1px solid @border; padding: 5px 8px; font-weight: 600; }
QTableCornerButton::section { background: @raised; border: none; }

QTabWidget::pane { border: none; border-top: 1px solid @border; }
QTabBar::tab { background: transparent; color: @muted; padding: 7px 14px; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; font-weight: 600; }
QTabBar::tab:focus { color: @accent; }

QMenu { background: @raised; border: 1px solid @border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: @selection; }
QMenu::item:disabled { color: @muted; }
QMenu::separator { height: 1px; background: @border; margin: 4px 8px; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @border; border-radius: 5px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: @window; }
QSplitter::handle:hover { background: @border; }

QProgressBar { background: @raised; border: 1px solid @border; border-radius: 5px; height: 10px; text-align: center; color: @text; }
QProgressBar::chunk { background: @accent; border-radius: 4px; }
QCheckBox, QRadioButton { spacing: 8px; background: transparent; }
QCheckBox:focus, QRadioButton:focus { color: @accent; }
QGroupBox { border: 1px solid @border; border-radius: 8px; margin-top: 10px; padding: 12px; }
QGroupBox::title { subcontrol-origin: margin; left: 12px; padding: 0 4px; color: @muted; }

#toast { background: @raised; border: 1px solid @border; border-radius: 8px; }
#toast[tone="good"] { border-left: 4px solid @good; }
#toast[tone="info"] { border-left: 4px solid @info; }
#toast[tone="warning"] { border-left: 4px solid @warning; }
#toast[tone="error"] { border-left: 4px solid @bad; }
#badge { border-radius: 9px; padding: 1px 8px; font-size: 9pt; font-weight: 600; }
#badge[tone="good"] { color: @good; border: 1px solid @good; }
#badge[tone="warning"] { color: @warning; border: 1px solid @warning; }
#badge[tone="bad"] { color: @bad; border: 1px solid @bad; }
#badge[tone="info"] { color: @info; border: 1px solid @info; }
#badge[tone="muted"] { color: @muted; border: 1px solid @border; }
#palette { background: @raised; border: 1px solid @border; border-radius: 10px; }
#palette QLineEdit { border: none; border-bottom: 1px solid @border; border-radius: 0; padding: 10px 12px; font-size: 12pt; background: transparent; }
#palette QListView { border: none; background: transparent; }
#palette QListView::item { padding: 7px 12px; border-radius: 6px; }
"""
