"""Every unsafe request is one transaction: kept whole or not at all."""

import pytest
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, transaction
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import SimpleLazyObject

from accounts.access import commits_itself
from prioritisation.pipeline import transactions
from prioritisation.pipeline.middleware import WriteMiddleware
from prioritisation.pipeline.rescoring import rescore
from products.models import Product
from tests.cast import PASSWORD, rota, user


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


def test_a_view_that_commits_itself_is_left_alone(rf, product):
    assert post(rf, commits_itself(lambda request: pytest.fail("called"))) is None


class Deadlock(Exception):
    pgcode = "40P01"


def first_time_a_deadlock(view):
    """The view, whose transaction is ended the first time, after all that it does."""
    times = []

    def wrapped(request):
        response = view(request)
        times.append(response)
        if len(times) == 1:
            raise OperationalError from Deadlock()
        return response

    return wrapped


def real_request(rf, who, **data):
    request = rf.post("/", data)
    request.user = who
    request.session = SessionStore()
    request.session["seen"] = ["ROTA"]
    request._messages = FallbackStorage(request)
    return request


def again(request, view):
    return WriteMiddleware(None).process_view(request, first_time_a_deadlock(view), (), {})


def test_a_message_of_a_write_that_is_tried_again_is_said_once(rf, product):
    def view(request):
        messages.success(request, "Saved.")
        return HttpResponse()

    request = real_request(rf, AnonymousUser())
    again(request, view)

    assert [str(one) for one in request._messages] == ["Saved."]


def test_a_message_that_the_first_try_has_shown_is_shown_once(rf, product):
    def view(request):
        messages.error(request, "Look here.")
        return HttpResponse(", ".join(map(str, messages.get_messages(request))))

    assert again(real_request(rf, AnonymousUser()), view).content == b"Look here."


def test_a_second_try_finds_the_session_as_the_first_one_did(rf, product):
    def view(request):
        assert request.session.pop("seen") == ["ROTA"]
        request.session["basis"] = request.session.get("basis", "") + "seen"
        return HttpResponse()

    request = real_request(rf, AnonymousUser())
    again(request, view)

    assert dict(request.session.items()) == {"basis": "seen"}


def test_a_second_try_finds_what_is_nested_in_the_session_unchanged(rf, product):
    request = real_request(rf, AnonymousUser())

    again(request, lambda request: request.session["seen"].append("WARD") or HttpResponse())

    assert request.session["seen"] == ["ROTA", "WARD"]


def test_a_second_try_finds_the_user_as_stored(rf, product):
    alice = product.memberships.get().user

    def view(request):
        assert request.user.check_password(PASSWORD)
        request.user.set_password("another one, longer")
        request.user.save()
        return HttpResponse()

    again(real_request(rf, SimpleLazyObject(lambda: alice)), view)

    alice.refresh_from_db()
    assert alice.check_password("another one, longer")


def test_a_second_try_reads_a_file_from_its_beginning(rf, product):
    read = []

    def view(request):
        read.append(request.FILES["sheet"].read())
        return HttpResponse()

    again(real_request(rf, AnonymousUser(), sheet=SimpleUploadedFile("a.csv", b"title")), view)

    assert read == [b"title", b"title"]


def test_what_was_to_happen_after_commit_happens_once(
    rf, product, django_capture_on_commit_callbacks
):
    def view(request):
        transaction.on_commit(lambda: None)
        rename()
        return HttpResponse()

    with django_capture_on_commit_callbacks() as once:
        WriteMiddleware(None).process_view(real_request(rf, AnonymousUser()), view, (), {})
    with django_capture_on_commit_callbacks() as twice:
        again(real_request(rf, AnonymousUser()), view)

    assert len(twice) == len(once)


def test_two_who_insert_the_same_both_get_an_answer(rf, product):
    """The later one's second try finds what the first has inserted, and says so beside a field."""
    found = []

    def view(request):
        found.append(Product.objects.filter(key="NEW").exists())
        if not found[-1]:
            # Another one's, committed between our look and our write.
            raise IntegrityError from Taken()
        return HttpResponse(status=422)

    class Taken(Exception):
        pgcode = "23505"

    request = real_request(rf, AnonymousUser())

    def counted(request):
        if found:
            Product.objects.create(key="NEW", name="New")
        return view(request)

    response = WriteMiddleware(None).process_view(request, counted, (), {})

    assert (found, response.status_code) == ([False, True], 422)


@pytest.mark.django_db(transaction=True)
def test_what_goes_wrong_after_the_commit_makes_no_error_of_it(rf, product, monkeypatch):
    """The change is stored: told of an error, somebody would make it twice."""

    def nudge(product_id):
        raise RuntimeError("no broker")

    monkeypatch.setattr(transactions, "nudge", nudge)

    def view(request):
        Product.objects.get().requirements.filter(number=1).update(title="Renamed")
        return HttpResponse(status=204)

    assert post(rf, view).status_code == 204
    assert product.requirements.filter(title="Renamed").exists()
    rescore(product.pk)
