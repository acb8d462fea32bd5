from celery import shared_task

from prioritisation import nudge
from prioritisation.analysing import is_worth_a_process
from prioritisation.apart import run_apart
from prioritisation.rescoring import rescore


@shared_task(ignore_result=True)
def rescore_product(product_id):
    nudge.hush(product_id)
    rescore(product_id)


@shared_task(ignore_result=True)
def work_out_analyses():
    if is_worth_a_process():
        run_apart("work_out_analyses")
