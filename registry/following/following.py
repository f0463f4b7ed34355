"""Who is told of changes, people by letters, programs by webhooks; and who reads here. Entry point:
`open_following`."""

from typing import NamedTuple

from registry.following.reads import Reads, open_reads
from registry.following.subscriptions import Subscriptions, open_subscriptions
from registry.following.webhooks import Webhooks, open_webhooks


class Following(NamedTuple):
    """The subscriptions, the webhooks and the counts of reading of an installation."""

    subscriptions: Subscriptions
    webhooks: Webhooks
    reads: Reads


def open_following(database_url: str) -> Following:
    """Opens all three, which are tables in the store's database."""
    return Following(open_subscriptions(database_url), open_webhooks(database_url), open_reads(database_url))
