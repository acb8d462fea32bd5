"""Every unsafe request is one transaction: kept whole or not at all."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse

from prioritisation.middleware import WriteMiddleware
from products.models import Product
from tests.cast import rota, user


@pytest.fixture
def product(db):
    return rota(user("alice"))


def post(rf, view, method="post"):
    request = getattr(rf, method)("/")
    request.user = AnonymousUser()
    return WriteMiddleware(None).process_view(request, view, (), {})


def rename():
    Product.objects.update(name="Renamed")


def name():
    return Product.objects.get().name


@pytest.mark.parametrize(("status", "kept"), [(200, True), (302, True), (409, False), (500, False)])
def test_an_answer_that_is_an_error_keeps_nothing(rf, product, status, kept):
    def view(request):
        rename()
        return HttpResponse(status=status)

    response = post(rf, view)

    assert (name() == "Renamed") is kept
    assert response.has_header("Userward-Change") is kept


def test_an_exception_keeps_nothing(rf, product):
    def view(request):
        rename()
        raise PermissionDenied

    with pytest.raises(PermissionDenied):
        post(rf, view)

    assert name() == "Rota"


def test_what_was_deleted_after_it_was_found_is_not_found(rf, product):
    def view(request):
        rename()
        return HttpResponse(Product.objects.get(pk=product.pk + 1))

    with pytest.raises(Http404):
        post(rf, view)

    assert name() == "Rota"


def test_a_page_that_can_not_be_drawn_keeps_nothing(rf, product):
    def view(request):
        rename()
        return TemplateResponse(request, "no/such/template.html")

    with pytest.raises(Exception, match="no/such/template"):
        post(rf, view)

    assert name() == "Rota"


def test_a_safe_request_is_left_alone(rf, product):
    assert post(rf, lambda request: pytest.fail("called"), method="get") is None
