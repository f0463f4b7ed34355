"""All pages of this room."""

from fastapi import APIRouter

from api.pages.site import Pages
from api.visitors import alerts, answers, hook_pages, messages, moderation, reuses, wishes


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for module in (alerts, answers, hook_pages, messages, moderation, reuses, wishes):
        router.include_router(module.routes(pages))
    return router
