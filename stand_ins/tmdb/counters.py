"""What the stand-in for TMDB was asked, and how fast."""

from collections import Counter

from stand_ins.http.request_log import RequestLog


class Counters(RequestLog):
    """Counts of requests by a clock in seconds, and of the titles told of."""

    def _start(self) -> None:
        super()._start()
        self._details: Counter[tuple[str, int]] = Counter()

    def told_of(self, detail: tuple[str, int]) -> None:
        """Note that an answer truly tells of a title, or says that it is gone."""
        with self._changed:
            self._details[detail] += 1

    @property
    def busiest_second(self) -> int:
        """The most API requests that came within any one second, refused ones too."""
        return self.busiest

    @property
    def details(self) -> Counter[tuple[str, int]]:
        """How many times each title's details were answered with 200 or 404."""
        with self._changed:
            return Counter(self._details)

    def stats(self) -> dict[str, object]:
        """For JSON; `per_second` counts API arrivals by whole seconds since the first one."""
        arrivals, details = self.arrivals, self.details
        first = arrivals[0] if arrivals else 0.0
        seconds = Counter(int(at - first) for at in arrivals)
        return {
            "api_requests": len(arrivals),
            "by_status": {str(status): count for status, count in self.statuses.items()},
            "busiest_second": self.busiest_second,
            "seconds": arrivals[-1] - first if arrivals else 0.0,
            "per_second": [seconds[second] for second in range(max(seconds, default=-1) + 1)],
            "details": details.total(),
            "titles": len(details),
            "most_for_one_title": max(details.values(), default=0),
        }
