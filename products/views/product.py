from django.contrib import messages
from django.shortcuts import redirect, render

from products.access import product_view
from products.forms import DeleteProductForm, ProductForm
from products.services import delete_product


@product_view(GET="edit_product", POST="edit_product")
def product_edit(request, product):
    form = ProductForm(request.POST or None, instance=product)
    if request.method == "POST" and form.is_valid() and form.save_current(by=request.user):
        messages.success(request, "Saved.")
        return redirect("product_edit", product.key)
    page = {"product": product, "form": form}
    return render(request, "products/edit.html", page, status=form.status)


@product_view(GET="delete_product", POST="delete_product")
def product_delete(request, product):
    form = DeleteProductForm(product, request.POST or None)
    if request.method == "POST" and form.is_valid():
        delete_product(product)
        messages.success(request, f"{product.name} is deleted.")
        return redirect("products")
    page = {"product": product, "form": form}
    return render(request, "products/delete.html", page, status=422 if form.errors else 200)
