"""Addresses of the home page, the pages every site owes its visitors, and the language switch."""

from __future__ import annotations

from django.urls import path

from parvis.web.views import demo_sign_in, files, home, language, legal

app_name = "web"
urlpatterns = [
    path("", home.home, name="home"),
    path("demonstration/", demo_sign_in.demo_sign_in, name="demo_sign_in"),
    path("langue", language.set_language, name="set_language"),
    path("le-barometre", legal.about, name="about"),
    path("accessibilite", legal.accessibility, name="accessibility"),
    path("mentions-legales", legal.legal_notice, name="legal"),
    path("donnees-personnelles", legal.personal_data, name="personal_data"),
    path("robots.txt", files.robots, name="robots"),
    path("favicon.ico", files.favicon, name="favicon"),
]
