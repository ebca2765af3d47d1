"""What a first configuration writes for each analytics product; it asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Product:
    """The lines of its source, the options of a first metric, its secrets with where to get them.

    `file` is a file of credentials that has to be put beside krtracker.toml.
    """

    source: str
    metric: str = 'standard = "dau"'
    secrets: Mapping[str, str] = field(default_factory=dict)
    file: str = ""


PRODUCTS: Mapping[str, Product] = {
    "ga4": Product(
        "# Admin, Property details: the number of the property, not the measurement id.\n"
        "property = 123456789\n"
        "# The key of a service account that may view the property (Admin, Access management).\n"
        'credentials = "${file:ga4-service-account.json}"',
        file="ga4-service-account.json",
    ),
    "plausible": Product(
        'site_id = "example.com"\ntoken = "${env:PLAUSIBLE_KEY}"',
        secrets={"PLAUSIBLE_KEY": "Account settings, API keys: a key for the Stats API"},
    ),
    "matomo": Product(
        'url = "https://matomo.example.com"\nsite = 1\ntoken = "${env:MATOMO_TOKEN}"',
        secrets={"MATOMO_TOKEN": "Personal, Security, Auth tokens"},
    ),
    "umami": Product(
        'url = "https://umami.example.com"\nuser = "krtracker"\n'
        'password = "${env:UMAMI_PASSWORD}"\n'
        "# Settings, Websites: the website's id.\n"
        'website = "00000000-0000-0000-0000-000000000000"',
        secrets={"UMAMI_PASSWORD": "of a user with a viewer's role"},
    ),
    "posthog": Product(
        'project_id = 12345\ntoken = "${env:POSTHOG_PERSONAL_API_KEY}"',
        secrets={"POSTHOG_PERSONAL_API_KEY": "Settings, Personal API keys, scope query:read"},
    ),
    "mixpanel": Product(
        'project_id = 1234567\nusername = "krtracker.a1b2c3.mp-service-account"\n'
        'secret = "${env:MIXPANEL_SECRET}"',
        metric='standard = "dau"\n# Mixpanel counts who did an event: name the one that counts.\n'
        'events = "App opened"',
        secrets={"MIXPANEL_SECRET": "Project settings, Service accounts"},
    ),
    "amplitude": Product(
        'api_key = "${env:AMPLITUDE_API_KEY}"\nsecret_key = "${env:AMPLITUDE_SECRET_KEY}"',
        secrets={
            "AMPLITUDE_API_KEY": "Settings, Projects",
            "AMPLITUDE_SECRET_KEY": "Settings, Projects",
        },
    ),
}
