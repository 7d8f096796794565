"""Makes the site's database and serves it, on the port that is the first argument."""

import os
import sys

import django
from django.core.management import call_command

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - Django must be set up first
from helpdesk.models import Queue  # noqa: E402 - as above

call_command("migrate", verbosity=0)
User.objects.create_superuser("staff", "staff@example.org", os.environ["HELPDESK_PASSWORD"])
for title, slug in (("Đất đai", "land"), ("Hộ tịch", "civil")):
    Queue.objects.create(title=title, slug=slug)
call_command("runserver", f"127.0.0.1:{sys.argv[1]}", use_reloader=False, skip_checks=True)
