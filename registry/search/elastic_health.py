"""What is not in order with an Elasticsearch, and what to do about it, for `lotse doctor`. Entry point: `health`.

Each question is one request that changes nothing; the API key needs the cluster privilege `monitor`.
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from elasticsearch import ApiError, Elasticsearch, TransportError
from msgspec.structs import replace

from registry.model.message import message
from registry.search.elastic_client import Server, open_client, reachable
from registry.search.query import HealthCheck

OLDEST_VERSION: Final = (8, 19)
NODE_SECONDS: Final = 5.0  # that a single node may take to answer


def health(client: Elasticsearch, server: Server, indices: str) -> tuple[HealthCheck, ...]:
    """What deserves attention; one line that all is well, if nothing does. NotReadyError if no node answers.
    `indices`: a pattern for the names of ours."""
    with reachable():
        nodes = client.nodes.info(filter_path="nodes.*.version").get("nodes", {}).values()
        versions = sorted({node["version"] for node in nodes}, key=_numbers)
        checks = (
            *_silent_nodes(server),
            *_versions(versions),
            *_copies(client, indices),
            *_blocks(client, indices),
            *_disks(client),
        )
    return checks or (HealthCheck("ok", message("search-server-well", count=len(nodes), version=", ".join(versions))),)


def _silent_nodes(server: Server) -> Iterator[HealthCheck]:
    """Of several addresses in LOTSE_SEARCH those at which nobody answers."""
    if len(server.addresses) < 2:
        return
    silent = [address for address in server.addresses if not _answers(replace(server, addresses=(address,)))]
    if silent:
        hosts = ", ".join(urlsplit(address).netloc.rpartition("@")[2] for address in silent)
        values = {"count": len(silent), "all": len(server.addresses), "hosts": hosts}
        yield HealthCheck("look", message("search-nodes-silent", **values), message("search-nodes-silent-remedy"))


def _answers(server: Server) -> bool:
    client = open_client(server)
    try:
        client.options(request_timeout=NODE_SECONDS, max_retries=0).cluster.health(local=True)
    except (ApiError, TransportError):
        return False
    else:
        return True
    finally:
        client.close()


def _versions(versions: list[str]) -> Iterator[HealthCheck]:
    old = [version for version in versions if _numbers(version) < OLDEST_VERSION]
    if old:
        what = message("search-version-old", version=", ".join(old), oldest=".".join(map(str, OLDEST_VERSION)))
        yield HealthCheck("broken", what, message("search-version-old-remedy"))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


def _copies(client: Elasticsearch, indices: str) -> Iterator[HealthCheck]:
    """Red: a part of an index is on no node. Yellow: a copy is missing."""
    cluster = client.cluster.health(index=indices)
    missing, nodes = cluster["unassigned_shards"], cluster["number_of_data_nodes"]
    if cluster["status"] == "red":
        what = message("search-cluster-red", count=cluster["unassigned_primary_shards"], nodes=nodes)
        yield HealthCheck("broken", what, message("search-cluster-red-remedy"))
    elif cluster["status"] == "yellow" and missing:
        what = message("search-cluster-yellow", count=missing, nodes=nodes)
        yield HealthCheck("look", what, message("search-cluster-yellow-remedy"))


def _blocks(client: Elasticsearch, indices: str) -> Iterator[HealthCheck]:
    """Indices that cannot be written: by a full disk, or because somebody has set it."""
    settings = client.indices.get_settings(index=indices, name="index.blocks.*", flat_settings=True)
    for index, about in sorted(settings.items()):
        blocks = [name.rpartition(".")[2] for name, value in about["settings"].items() if value == "true"]
        if blocks:
            cause = "full" if blocks == ["read_only_allow_delete"] else "blocked"
            what = message(f"search-index-{cause}", index=index, blocks=", ".join(blocks))
            yield HealthCheck("broken", what, message(f"search-index-{cause}-remedy", index=index))


def _disks(client: Elasticsearch) -> Iterator[HealthCheck]:
    """Nodes whose disk is above a watermark: no copies go there (high), or nothing can be written (flood stage)."""
    report = client.health_report(feature="disk")["indicators"].get("disk", {}).get("details", {})
    full, high = report.get("nodes_over_flood_stage_watermark", 0), report.get("nodes_over_high_watermark", 0)
    if full:
        yield HealthCheck("broken", message("search-disk-full", count=full), message("search-disk-remedy"))
    elif high:
        yield HealthCheck("look", message("search-disk-high", count=high), message("search-disk-remedy"))
