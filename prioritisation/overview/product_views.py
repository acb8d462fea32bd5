from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from prioritisation.overview.products import most_surprising, read_cards
from products.access import signed_in
from products.models import Product
from products.roles import Role
from products.services import delete_product


@signed_in
@require_GET
def products(request):
    cards = read_cards(request.user)
    samples = [card.product for card in cards if card.product.is_sample]
    page = {"cards": cards, "samples": samples, "surprise": most_surprising(samples)}
    return render(request, "products/list.html", page)


@signed_in
@require_POST
def samples_remove(request):
    """Delete the samples that the user owns."""
    for product in Product.objects.with_role(request.user).filter(role=Role.OWNER, is_sample=True):
        delete_product(product)
    messages.success(request, "The samples are gone.")
    return redirect("products")
