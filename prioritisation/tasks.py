from celery import shared_task

from prioritisation import analysing, nudge
from prioritisation.rescoring import rescore


@shared_task(ignore_result=True)
def rescore_product(product_id):
    nudge.hush(product_id)
    rescore(product_id)


@shared_task(ignore_result=True)
def work_out_analyses():
    analysing.work_out_analyses()
