"""Small values of a class: kept over a restart, and each of many threads finds its own."""

from concurrent.futures import ThreadPoolExecutor

from core.classroom.facts import Facts
from core.training.runs.store import Store


def test_values_are_there_after_a_restart(tmp_path):
    store = Store(tmp_path)
    facts = Facts(store)
    assert facts.get("limits") is None and facts.get("limits", {}) == {}
    facts.put("limits", {"epochs": 20, "sets": ["shapes"]})
    facts.put("code", "ABC")
    facts.put("code", "DEF")
    facts.drop("never", "limits")
    assert Facts(store).get("code") == "DEF" and Facts(store).get("limits") is None
    store.close()


def test_many_threads_at_once(tmp_path):
    store = Store(tmp_path)
    facts = Facts(store)

    def count(name):
        for _ in range(10):
            with facts.lock:
                facts.put("all", facts.get("all", 0) + 1)
        facts.put(name, name)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, "abcdefgh"))
    again = Facts(store)
    assert again.get("all") == 80 and [again.get(name) for name in "abcdefgh"] == list("abcdefgh")
    store.close()
