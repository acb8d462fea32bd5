from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from prioritisation.models import ScoringPolicy
from prioritisation.people import people_of, policy_of
from prioritisation.policy_form import PolicyForm
from prioritisation.policy_words import sentences
from products.access import may, product_view

VERSIONS_SHOWN = 20


@product_view(GET="read", POST="edit_policy")
def policy(request, product):
    stored = ScoringPolicy.objects.get(product=product)
    form = PolicyForm(request.POST or None, instance=stored)
    if request.method == "POST" and form.is_valid() and form.save_current(by=request.user):
        messages.success(request, "Saved. The ranking follows in a moment.")
        return redirect("policy", product.key)
    # What stands in the form, where that can be; what is stored otherwise.
    say = getattr(form, "cleaned_data", {}).get("end_user_say")
    page = {
        "product": product,
        "form": form,
        "may_edit": may(product, "edit_policy"),
        "versions": _versions(product),
        **_told(product, say),
    }
    return render(request, "prioritisation/policy.html", page, status=form.status)


@product_view("read")
def policy_sentences(request, product):
    """The sentences for the say that the slider is at."""
    field = PolicyForm.base_fields["end_user_say"]
    try:
        say = field.clean(request.GET.get("end_user_say", ""))
    except ValidationError:
        return HttpResponse(status=204)
    return render(request, "prioritisation/_policy_words.html", _told(product, say))


def _told(product, say=None):
    """The sentences and shares under this end users' say, or the stored one."""
    policy = policy_of(ScoringPolicy.objects.get(product=product))
    if say is not None:
        policy = replace(policy, end_user_say=say)
    mix = people_of(product, policy).mix
    return {"sentences": sentences(policy.end_user_say), "mix": mix}


def _versions(product):
    """The saved versions, newest first, each with `who`."""
    events = list(
        ScoringPolicy.objects.get(product=product).events.order_by("-pgh_id")[:VERSIONS_SHOWN]
    )
    people = User.objects.in_bulk({event.updated_by_id for event in events} - {None})
    for event in events:
        event.who = people.get(event.updated_by_id)
    return events
