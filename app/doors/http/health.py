"""Whether watcher can be used: `GET /health`."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from app.doors.http.deps import PUBLIC, Program
from app.doors.http.discreet import discreet
from app.doors.http.gate import Gated, ruled
from app.doors.http.lanes import Lane
from app.doors.shapes import Shape
from app.services.reasons.model_health import ModelState

router = APIRouter(route_class=Gated, tags=["operation"])


class IndexHealth(BaseModel):
    """What is served."""

    ready: bool
    version: str
    count: int


class LanguageModelHealth(Shape):
    """`ok`: its service knows it. `off`: none is set up. `detail` says what is to be done."""

    state: ModelState
    detail: str


class Health(BaseModel):
    """`ok` answers searches; `starting` will, once what `detail` says is done."""

    status: Literal["ok", "starting", "degraded"]
    detail: str
    index: IndexHealth
    titles: dict[str, int]
    language_model: LanguageModelHealth


@router.get("/health", dependencies=[PUBLIC], summary="Is it up, and can it search?")
@ruled(Lane.LOOK)
def health(program: Program) -> Health:
    """Answers 200 while the process works; a store that can't be reached is 503."""
    titles = {kind.value: count for kind, count in program.titles.count().items()}
    served = program.index.status()
    count = served.manifest.count if served.manifest else 0
    state: Literal["ok", "starting", "degraded"] = "ok" if served.ready else "starting"
    detail = served.reason if not served.ready else ""
    if served.ready and served.refused:
        state, detail = "degraded", f"A damaged index is refused: {'; '.join(served.refused)}"
    language_model = program.model_health.status()
    return Health(
        status=state,
        detail=discreet(detail, program.settings),
        index=IndexHealth(ready=served.ready, version=served.version, count=count),
        titles=titles,
        language_model=LanguageModelHealth(
            state=language_model.state, detail=discreet(language_model.detail, program.settings)
        ),
    )
