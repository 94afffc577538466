"""Addresses of the room, one module a public."""

from parvis.feedback.urls import board, citizens, comments, coordinator, devices, national, outside

app_name = "feedback"

urlpatterns = [
    *coordinator.urlpatterns,
    *citizens.urlpatterns,
    *board.urlpatterns,
    *comments.urlpatterns,
    *devices.urlpatterns,
    *national.urlpatterns,
    *outside.urlpatterns,
]
