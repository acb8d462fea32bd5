from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.access import asks_who_it_is
from accounts.forms import NewTokenForm
from products.access import product_view


@product_view(GET="manage_tokens", POST="manage_tokens")
@asks_who_it_is
def product_tokens(request, product):
    form = NewTokenForm(request.POST if request.method == "POST" else None)
    page = {"product": product, "form": form, "now": timezone.now()}
    if form.is_valid() and (made := form.issue(product=product, by=request.user)):
        # Drawn at once instead of after a redirect: the text would have to wait somewhere.
        page |= {"issued": made[0], "text": made[1], "form": NewTokenForm()}
    status = 422 if form.errors else 200
    page["tokens"] = product.tokens.shown()
    return render(request, "products/tokens.html", page, status=status)


@product_view(POST="manage_tokens")
def product_token_revoke(request, product, pk):
    token = get_object_or_404(product.tokens, pk=pk)
    product.tokens.filter(pk=pk).revoke()
    messages.success(request, f"“{token.name}” has been revoked.")
    return redirect("product_tokens", product.key)
