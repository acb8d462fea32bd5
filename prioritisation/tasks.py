from celery import shared_task

from prioritisation import nudge
from prioritisation.rescoring import rescore
from prioritisation.sure.analysing import is_worth_a_process
from prioritisation.sure.apart import run_apart


@shared_task(ignore_result=True)
def rescore_product(product_id):
    nudge.hush(product_id)
    rescore(product_id)


@shared_task(ignore_result=True)
def work_out_analyses():
    if is_worth_a_process():
        run_apart("work_out_analyses")
