from celery import shared_task

from prioritisation.models.processes import WORKER, note_seen
from prioritisation.pipeline import notify
from prioritisation.pipeline.stopping import is_stopping
from prioritisation.pipeline.turns import take_turns
from prioritisation.robustness.jobs import is_worth_a_process
from prioritisation.robustness.subprocess_job import run_apart


@shared_task(ignore_result=True)
def rescore_product(product_id):
    notify.hush(product_id)
    note_seen(WORKER)
    left = take_turns(wanted=lambda: not is_stopping())
    if left:
        notify.nudge(left)


@shared_task(ignore_result=True)
def work_out_analyses():
    if is_worth_a_process():
        run_apart("work_out_analyses")
