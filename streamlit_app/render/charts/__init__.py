"""The charts of the pages, by the names that parts ask by. Pure: answers in, charts out."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from streamlit_app.render.charts import habits, taste_map
from streamlit_app.render.charts.specs import Spec

SPECS: Final[Mapping[str, Callable[[Any], Spec]]] = {
    "map": taste_map.taste_map,
    "genres": habits.genres,
    "decades": habits.decades,
    "years": habits.years,
    "beside": habits.beside,
}
