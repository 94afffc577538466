"""Pages of a body's coordinators: home, touchpoints, questionnaires, sounds, kiosks, posters."""
