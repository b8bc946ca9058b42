"""`make bench`: ratios measured in one run on this machine. No thresholds: the figures are for reading."""

from bench import bench_run, bench_state, bench_webhook


def main() -> None:
    """Everything, the quick ones first."""
    for part in (bench_webhook.main, bench_state.main, bench_run.requests, bench_run.packs, bench_run.engine):
        part()
        print(flush=True)


if __name__ == "__main__":
    main()
