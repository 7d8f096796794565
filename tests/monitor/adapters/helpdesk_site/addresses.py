"""The addresses of the site: all are django-helpdesk's."""

from django.urls import include, path

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
