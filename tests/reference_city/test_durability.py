"""What the city acknowledged survives kill -9."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count

import httpx

from tests.reference_city.running import CLOSED_ACCOUNT, RunningCity, a_letter, an_order


def test_an_order_and_a_letter_survive_kill_9_and_are_still_taken_once(own_city: RunningCity) -> None:
    receipt = own_city.http.put("/treasury/orders/A-1", json=an_order())
    letter = own_city.http.put("/letters/L-1", json=a_letter())

    own_city.kill()
    own_city.start()

    again = own_city.http.put("/treasury/orders/A-1", json=an_order())
    assert (again.status_code, again.content) == (200, receipt.content)
    assert own_city.http.put("/treasury/orders/A-1", json=an_order(amountFen=1)).status_code == 409
    assert [order["amountFen"] for order in own_city.get("/treasury/orders")["orders"]] == ["25000000"]
    assert own_city.get("/letters", caseId="approval/A-1") == {"letters": [letter.json()]}


def test_how_an_order_ended_survives_kill_9_and_a_new_data_file(own_city: RunningCity) -> None:
    own_city.http.put("/treasury/orders/A-1", json=an_order(accountNumber=CLOSED_ACCOUNT))
    ended = own_city.get("/treasury/orders/A-1")

    own_city.kill()
    own_city.edit(CLOSED_ACCOUNT, "0200000000000000999")
    own_city.start()

    assert own_city.get("/treasury/orders/A-1") == ended
    assert ended["status"] == "RETURNED"


def test_killed_under_load_the_city_has_every_order_it_acknowledged(own_city: RunningCity) -> None:
    acknowledged: list[str] = []

    def send_until_it_dies(sender: int) -> None:
        with httpx.Client(base_url=own_city.http.base_url, trust_env=False) as http, suppress(httpx.TransportError):
            for number in count():
                answer = http.put(f"/treasury/orders/{sender}/{number}", json=an_order())
                assert answer.status_code == 201
                acknowledged.append(answer.json()["orderId"])

    with ThreadPoolExecutor(4) as senders:
        sending = [senders.submit(send_until_it_dies, sender) for sender in range(4)]
        while len(acknowledged) < 200 and not any(sender.done() for sender in sending):
            time.sleep(0.01)
        own_city.kill()
        for sender in sending:
            sender.result()
    own_city.start()

    kept = {order["orderId"] for order in own_city.get("/treasury/orders")["orders"]}
    assert len(acknowledged) >= 200
    assert set(acknowledged) <= kept


def test_a_city_asked_to_stop_leaves_one_file_that_can_be_copied(own_city: RunningCity) -> None:
    own_city.http.put("/treasury/orders/A-1", json=an_order())

    own_city.stop()

    assert [path.name for path in own_city.state.parent.glob("city.sqlite*")] == ["city.sqlite"]
