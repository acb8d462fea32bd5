"""Sign-ins leave threads of a web process to everybody else, from however many addresses."""

from contextlib import ExitStack

import pytest

from accounts.limits import TooManyAtOnce, all_sign_ins, requests, sign_ins, sign_ins_at_once


def test_those_of_all_addresses_leave_a_thread_free(settings):
    with ExitStack() as under_way:
        for number in range(all_sign_ins.each):
            under_way.enter_context(sign_ins_at_once(f"10.0.0.{number}"))
        with pytest.raises(TooManyAtOnce), sign_ins_at_once("10.0.1.1"):
            pass

    assert all_sign_ins.each == requests.each < settings.WEB_THREADS
    with sign_ins_at_once("10.0.1.1"):
        pass  # their places are given back, that of the one turned away, too


def test_those_of_one_address_leave_places_to_others():
    with ExitStack() as under_way:
        for _ in range(sign_ins.each):
            under_way.enter_context(sign_ins_at_once("10.0.0.1"))
        with pytest.raises(TooManyAtOnce), sign_ins_at_once("10.0.0.1"):
            pass
        with sign_ins_at_once("10.0.0.2"):
            pass
