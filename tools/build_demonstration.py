"""Write the demonstration's incidents where they are absent."""

from geo_zhengzhi.services.studies.demonstration import build_demonstration
from geo_zhengzhi.settings import Settings


def main() -> None:
    """Build unless the file is there."""
    settings = Settings.from_environment()
    if not (settings.data_dir / "incidents" / "demo_incidents.csv").exists():
        build_demonstration(settings, progress=lambda stage, fraction: print(f"progress {fraction}", flush=True))


if __name__ == "__main__":
    main()
