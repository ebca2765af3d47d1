"""When metrics are asked: jobs and slots from the settings; this room never pulls or stores."""

from krtracker.schedule.jobs import Collected, Failed, Happening, Job, Schedule, attempt, plan_jobs
from krtracker.schedule.slots import next_runs

__all__ = [
    "Collected",
    "Failed",
    "Happening",
    "Job",
    "Schedule",
    "attempt",
    "next_runs",
    "plan_jobs",
]
