"""Addresses of the room, one module a public."""

from parvis.feedback.urls import board, citizens, comments, coordinator, devices, outside

app_name = "feedback"

urlpatterns = [
    *coordinator.urlpatterns,
    *citizens.urlpatterns,
    *board.urlpatterns,
    *comments.urlpatterns,
    *devices.urlpatterns,
    *outside.urlpatterns,
]
