"""Starts the fault origin (argv[1]) on a host and port, with what the tests need besides its faults:
`healthy`, a feed whose news no fault tells; and of every fault a good answer at step -1."""

import argparse
import asyncio
import importlib.util
import sys

parser = argparse.ArgumentParser()
parser.add_argument("program")
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--tls-dir")
arguments = parser.parse_args()

spec = importlib.util.spec_from_file_location("origin", arguments.program)
origin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(origin)


async def healthy(c):
    await c.send(origin.rss([origin.item(i, link=f"http://healthy.test/{i}", title=f"Sound {i}") for i in range(10)]))


async def page(c):
    await c.send("<!doctype html><main>" + "".join(origin.card(i) for i in range(12)) + "</main>", ct="text/html")


async def feed(c):
    await c.send()


def good_first(serve, good):
    async def answer(c):
        await (good(c) if c.step < 0 else serve(c))

    return answer


for name, (group, outcome, note, serve) in list(origin.FAULTS.items()):
    good = page if group == "page" else feed
    origin.FAULTS[name] = (group, outcome, note, good_first(serve, good))
origin.FAULTS["healthy"] = ("", "", "", healthy)
asyncio.run(origin.main(arguments))
