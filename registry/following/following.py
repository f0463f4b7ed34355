"""Who is told of changes: people by letters, programs by webhooks. Entry point: `open_following`."""

from typing import NamedTuple

from registry.following.subscriptions import Subscriptions, open_subscriptions
from registry.following.webhooks import Webhooks, open_webhooks


class Following(NamedTuple):
    """The subscriptions and the webhooks of an installation."""

    subscriptions: Subscriptions
    webhooks: Webhooks


def open_following(database_url: str) -> Following:
    """Opens both, which are tables in the store's database."""
    return Following(open_subscriptions(database_url), open_webhooks(database_url))
