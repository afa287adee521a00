"""Figures for Prometheus: `GET /metrics`. Counts only: nothing of anybody's, no title, no id."""

from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.types import Scope

from app.doors.http.deps import PUBLIC, OurLanes, Program
from app.doors.http.gate import Gated, ruled
from app.doors.http.lanes import Lane, Lanes
from app.services.reasons.model_use import Count, Counts

router = APIRouter(route_class=Gated, tags=["operation"])

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ELSEWHERE: Final = "unmatched"
"""The route of what leads to none: a path that somebody made up must not become a label."""

_SAID: Final = {
    Count.CALLS: "Requests to the language model.",
    Count.FAILURES: "Questions that the language model failed to answer.",
    Count.CORRECTIONS: "Answers of the language model that were asked to be mended.",
    Count.CACHE_HITS: "Questions whose answer was kept, or under way already.",
    Count.REFUSED_BUSY: "Questions that were not asked, for too many were waiting.",
    Count.REASONS_LLM: "Reasons in the language model's words.",
    Count.REASONS_EVIDENCE: "Reasons from templates.",
    Count.PROMPT_TOKENS: "Tokens of the questions, as the service counts them.",
    Count.COMPLETION_TOKENS: "Tokens of the answers, as the service counts them.",
}


class HttpFigures:
    """Requests by method, route and status, and how long they took; one per application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "watcher_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "watcher_http_request_seconds",
            "Seconds from a request to the end of its answer.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request."""
        route, method = getattr(scope.get("route"), "path", _ELSEWHERE), scope["method"]
        method = method if method in _METHODS else "OTHER"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


class _ModelFigures(Collector):
    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        for what, count in self._counts.now().items():
            yield CounterMetricFamily(f"watcher_llm_{what}", _SAID[what], value=count)


class _LaneFigures(Collector):
    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    def collect(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily(
            "watcher_waiting_requests", "Requests that wait for their turn.", labels=("lane",)
        )
        refused = CounterMetricFamily(
            "watcher_refused_requests", "Requests sent away, for too many waited.", labels=("lane",)
        )
        for family, counts in (
            (waiting, self._lanes.waiting()),
            (refused, self._lanes.refused()),
        ):
            for lane, count in counts.items():
                family.add_metric((lane,), count)
            yield family


@router.get(
    "/metrics",
    dependencies=[PUBLIC],
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}}},
)
@ruled(Lane.LOOK)
def metrics(request: Request, program: Program, lanes: OurLanes) -> Response:
    """Counts since the start, in Prometheus' text format."""
    figures: HttpFigures = request.app.state.figures
    collected = CollectorRegistry()
    collected.register(_ModelFigures(program.explainer.counts))
    collected.register(_LaneFigures(lanes))
    body = generate_latest(figures.registry) + generate_latest(collected)
    return Response(body, media_type=CONTENT_TYPE_LATEST)
