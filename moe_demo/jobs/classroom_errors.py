"""What can go wrong with a class that follows a presenter, and the sentence each is told in."""

from __future__ import annotations

from moe_demo.runs.errors import RunError

CLASSROOM_SENTENCES = {
    "unknown": "There is no class {name}; a part of the link may be missing, or the class ended days ago.",
    "ended": "This class has ended.",
    "broken": "What is written down of class {name} cannot be read; open a new class.",
    "not_presenter": "Only the browser that opened this class may do this.",
    "other_window": "Another window presents this class; close it, or present from here.",
    "full": "{limit} browsers follow this class, the most there may be; look on at a neighbour's.",
    "log_full": "This class has written down as much as there may be; open a new one.",
    "many": "This browser has {limit} open classes, the most there may be; end one of them.",
    "no_room": "There are {limit} open classes on this server, the most there may be; try again later.",
    "request": "This is no request of a page that presents.",
    "nobody": "This browser is not known to the class, so nothing was counted; load the page again.",
    "no_wall": "Nothing is handed out now.",
}


class ClassroomError(RunError):
    """A class that is not there or may not be changed; its message is one plain sentence."""

    topic = "classroom"
    sentences = CLASSROOM_SENTENCES
