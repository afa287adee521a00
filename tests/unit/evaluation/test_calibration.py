"""The figures of predictions, on cases whose answers are known, and the fit on made ratings."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.recommend.prediction import SIGNALS, chances
from scripts.evaluation.calibration import calibration_table, intervals, scored
from scripts.evaluation.prediction import Held, fitted, joined


def test_figures_by_hand() -> None:
    told, liked = np.array([0.8, 0.6, 0.3, 0.3]), np.array([True, False, True, False])
    found = scored(told, liked)
    assert found["brier"] == pytest.approx((0.04 + 0.36 + 0.49 + 0.09) / 4)
    assert found["log_loss"] == pytest.approx(
        -(math.log(0.8) + math.log(0.4) + math.log(0.3) + math.log(0.7)) / 4
    )
    # Bins: 0.8 (liked), 0.6 (not), 0.3 twice (half of them).
    assert found["ece"] == pytest.approx((0.2 + 0.6 + 2 * 0.2) / 4)
    # Of the four pairs two stand right, one wrong, one is a draw.
    assert found["auc"] == pytest.approx(2.5 / 4)


def test_nothing_to_tell_apart_has_no_auc() -> None:
    assert math.isnan(scored(np.array([0.5, 0.6]), np.array([True, True]))["auc"])


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50), st.data())
def test_a_weight_is_as_many_copies(pairs: list[tuple[float, bool]], data: st.DataObject) -> None:
    told, liked = np.array([p for p, _ in pairs]), np.array([y for _, y in pairs])
    times = data.draw(st.lists(st.integers(0, 3), min_size=len(pairs), max_size=len(pairs)))
    if not sum(times):
        return
    weighed = scored(told, liked, np.array(times, np.float64))
    copied = scored(np.repeat(told, times), np.repeat(liked, times))
    for name, value in weighed.items():
        assert value == pytest.approx(copied[name], nan_ok=True), name


def test_the_table_holds_every_rating_once() -> None:
    random = np.random.default_rng(1)
    told = random.random(5000)
    liked = random.random(5000) < told
    table = calibration_table(told, liked)
    assert sum(int(one["ratings"]) for one in table) == 5000
    assert [one["told"] for one in table][::9] == ["0-10 %", "90-100 %"]
    for one in table:
        assert abs(float(one["mean_told"]) - float(one["liked"])) < 0.1
    assert scored(told, liked)["ece"] < 0.03
    assert scored(told**4, liked)["ece"] > 0.2


def test_intervals_hold_the_figure_and_are_wider_with_fewer_people() -> None:
    random = np.random.default_rng(2)
    told = random.random(900)
    liked = random.random(900) < told
    many = intervals(told, liked, np.arange(900), 0, draws=200)
    few = intervals(told, liked, np.arange(900) // 90, 0, draws=200)
    for name in ("brier", "log_loss", "auc"):
        low, high = many[name] or (1.0, 0.0)
        assert low < scored(told, liked)[name] < high
    assert few["brier"] != many["brier"]
    assert intervals(told, liked, np.arange(900), 0, draws=200) == many


def made(n: int = 20_000, sign: float = 1.0) -> Held:
    random = np.random.default_rng(3)
    given_ = random.normal(size=(n, len(SIGNALS)))
    odds = -0.5 + sign * 1.2 * given_[:, SIGNALS.index("quality")]
    odds += 0.7 * given_[:, SIGNALS.index("near")] - 0.9 * given_[:, SIGNALS.index("unlike")]
    liked = random.random(n) < 1 / (1 + np.exp(-odds))
    return Held(given_, liked, np.arange(n), np.full(n, 0.5), np.zeros(n, bool))


def test_the_fit_finds_the_weights_that_made_the_ratings() -> None:
    found = fitted(made(), co_rated=False)
    assert found.base == pytest.approx(-0.5, abs=0.06)
    wanted = {"quality": 1.2, "near": 0.7, "unlike": -0.9}
    for name, weight in found.weights.items():
        assert weight == pytest.approx(wanted.get(name, 0.0), abs=0.06), name
    assert not {"favour", "leaning"} & set(found.weights)
    held = made()
    told = chances(held.given, held.inside, found, found)
    assert scored(told, held.liked)["ece"] < 0.02


def test_a_worse_title_never_gets_more_even_where_people_rate_so() -> None:
    found = fitted(made(sign=-1.0), co_rated=True)
    assert "quality" not in found.weights
    assert all(found.weights.get(name, 0.0) >= 0 for name in ("quality", "favour"))


def test_nothing_joined_is_empty() -> None:
    assert joined([]).given.shape == (0, len(SIGNALS))
    assert len(joined([made(5), made(7)]).liked) == 12
