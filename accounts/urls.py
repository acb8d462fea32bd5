from django.urls import path

from accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("account/", views.account, name="account"),
    path("account/password/", views.change_password, name="change_password"),
    path("account/tokens/", views.new_token, name="new_token"),
    path("account/tokens/<int:pk>/revoke/", views.revoke_token, name="revoke_token"),
]
