"""Class: the code by which a class joins, who is here, and for a student, who one is here."""

from core.classroom.rights import Act
from dashboard.shell import services, state, visitor
from pages.class_room.invitation import invitation_panel, private_panel
from pages.class_room.limits import limits_panel
from pages.class_room.own import own_panel
from pages.class_room.people import people_panel
from pages.class_room.queue import queue_panel
from pages.class_room.status import status_panel

state.values()
if not services.class_is_open():
    private_panel()
elif visitor.may(Act.LEAD):
    invitation_panel()
    people_panel()
else:
    own_panel()
queue_panel()
limits_panel()
status_panel()
state.write_page({})
