"""Simulated incidents with a known truth; pure, and seeded by the generator that is passed."""

from geo_zhengzhi.simulation.demonstration import Simulation, simulate_demonstration
from geo_zhengzhi.simulation.plan import PLANTED, PlantedHotspot

__all__ = ["PLANTED", "PlantedHotspot", "Simulation", "simulate_demonstration"]
