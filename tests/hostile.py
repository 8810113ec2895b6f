"""What people can put into a name, a link or a message."""

IMAGE, LINK, SCRIPT = "![a](http://evil.example/a.png)", "[log in](http://evil.example)", "<script>alert(1)</script>"
NAMES = (
    IMAGE, LINK, SCRIPT, "$x^2$ and $y$", ":red[x] :material/home: :smile:", "caf\udce9", "two\nlines # head", "\u202egnp.txt",
    "%s {0} %{x} {x}", "http://evil.example/x www.evil.example a@evil.example",
)  # fmt: skip
SIGNS = (
    f"{IMAGE} {LINK} <img src=http://evil.example/b.png> $x^2$ :red[red] :smile: :material/home: `code` **bold** ~~gone~~ "
    "www.evil.example a@evil.example -> %{x} {0} &amp; _under_ # 1. | two"
)
