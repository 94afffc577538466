"""Addresses of the room, one module a public: coordinators, citizens, boards, comments, outside."""

from parvis.feedback.urls import board, citizens, comments, coordinator, outside

app_name = "feedback"

urlpatterns = [
    *coordinator.urlpatterns,
    *citizens.urlpatterns,
    *board.urlpatterns,
    *comments.urlpatterns,
    *outside.urlpatterns,
]
