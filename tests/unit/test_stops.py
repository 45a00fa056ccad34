"""Japanese full stops: a dot inside the name of a host, and the end of a sentence everywhere else."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community import markup
from community.indicators import Indicator, Kind, find

DATA = Path(__file__).parents[3] / "shared/data"
STOPS = "。｡．"
READ_AS_DOTS = [
    ("evil。example", "domain evil.example"),
    ("evil｡example", "domain evil.example"),
    ("evil．example", "domain evil.example"),
    ("送信元はevil。exampleです。", "domain evil.example"),
    ("www。evil。co。jpに接続", "domain www.evil.co.jp"),
    ("www.evil。exampleとwww。evil.example", "domain www.evil.example, domain evil.example"),
    ("ｅｖｉｌ。ｅｘａｍｐｌｅ", "domain evil.example"),
    ("EVIL。COM Evil。com", "domain evil.com, domain evil.com"),
    ("evil[。]example", "domain evil.example"),
    ("evil。me に接続、_evil。com_ （bad。net）", "domain evil.me, domain evil.com, domain bad.net"),
    ("https://evil。example/a.php", "url https://evil.example/a.php"),
    ("hxxp://evil。example:8080/a", "url http://evil.example:8080/a"),
    ("https://例え。jp/", "url https://例え.jp/"),
    ("evil。example/a.php", "url evil.example/a.php"),
    ("bad@evil。example bad@next。com", "email bad@evil.example, email bad@next.com"),
    ("192。0。2。1と192。0。2。0/24", "ipv4 192.0.2.1, cidr 192.0.2.0/24"),
    ("evil。com。Next 163。com", "domain evil.com, domain 163.com"),
]
ENDS_OF_SENTENCES = [
    "感染したのはPC。IT部門が調べた。USの拠点も。PC。LANも。",
    "対象はWindows。Linuxは無関係。MSの発表による。",
    "CVE-2024-1。ID管理。VPN。AI",
    "感染したのはPC．IT部門が調べた",
    "これはtest。it is not。 in the end。so it goes",
    "設定はconfig。info を見る。スクリプトはrun。sh です",
    "例え。jp 、。 [。] (。) 。com 。 com",
    "手順1。2。3 版1。2。3。4。5 手順1。cat を使う",
    "C#。NET Framework、VB。NET、ASP。NET",
]


def found(text: str) -> str:
    return ", ".join(f"{hit.kind.value} {hit.value}" for hit in find(text))


def moved(hits: list[Indicator], by: int) -> list[Indicator]:
    return [Indicator(hit.kind, hit.value, hit.start + by, hit.end + by) for hit in hits]


@pytest.mark.parametrize(("text", "expected"), READ_AS_DOTS)
def test_read_as_dots(text: str, expected: str) -> None:
    assert found(text) == expected


@pytest.mark.parametrize("text", ENDS_OF_SENTENCES)
def test_ends_of_sentences(text: str) -> None:
    assert not [hit for hit in find(text) if hit.kind is not Kind.CVE]


@pytest.mark.parametrize("stop", STOPS)
def test_between_two_hosts_it_is_the_end_of_a_sentence(stop: str) -> None:
    text = f"C2はevil.com{stop}bad.co.jpも{stop}https://evil.example{stop}IPは192.0.2.1{stop}In all"
    assert found(text) == "domain evil.com, domain bad.co.jp, url https://evil.example, ipv4 192.0.2.1"


@pytest.mark.parametrize("stop", STOPS)
def test_shown_defanged_and_never_clickable(stop: str) -> None:
    text = "evil.example と https://evil.example/a と a@evil.example と `evil.example`"
    written = text.replace("evil.example", f"evil{stop}example")
    html = markup.render(written, lambda url: "/leave")
    assert html == markup.render(text, lambda url: "/leave")
    assert "<a" not in html
    assert markup.plain(written, 200) == markup.plain(text, 200)


# --- whatever the name, whatever the sentence ---

LABEL = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOST = st.builds(
    lambda labels, end: ".".join([*labels, end]),
    st.lists(LABEL, min_size=1, max_size=3),
    st.sampled_from(["com", "co.jp", "example", "ru", "info"]),
)
AROUND = st.sampled_from(
    [("", ""), ("送信元は", "です。"), ("（", "）"), ("- ", "\n"), ("https://", "/a"), ("a@", "、")]
)
KANA = st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x30F6), max_size=8)
ENDINGS = "PC VPN FIN7 Windows Emotet EDR CVE-2024-1 exe v2 Outlook ransomware IoC"
BEGINNINGS = "IT US AI ID Microsoft In The This VPN JP CSIRT IP wget curl Active TV"
ENDING, BEGINNING = (st.sampled_from(["", *words.split()]) for words in (ENDINGS, BEGINNINGS))
SENTENCE = st.builds("".join, st.tuples(BEGINNING, KANA, ENDING))


@settings(max_examples=200, deadline=None)
@given(HOST, st.sampled_from(STOPS), AROUND)
def test_a_host_with_stops_is_the_host_with_dots(host: str, stop: str, around: tuple[str, str]) -> None:
    with_dots = find(host.join(around))
    if [hit.value for hit in with_dots if hit.kind is Kind.DOMAIN] in ([], [host]):
        assert find(host.replace(".", stop).join(around)) == with_dots


@settings(max_examples=300, deadline=None)
@given(st.lists(SENTENCE, min_size=2, max_size=4), st.sampled_from(STOPS))
def test_sentences_are_read_one_by_one(sentences: list[str], stop: str) -> None:
    expected, at = [], 0
    for sentence in sentences:
        expected += moved(find(sentence), at)
        at += len(sentence) + 1
    assert find(stop.join(sentences)) == expected


@settings(max_examples=200, deadline=None)
@given(st.text("ab1.。｡．[]/@:- 例PCITcom", max_size=40))
def test_a_stop_changes_no_place(text: str) -> None:
    at = 0
    for hit in find(text):
        assert at <= hit.start < hit.end <= len(text)
        at = hit.end


# --- what others wrote: data beside the repository, read and never resolved ---


def listed_domains() -> list[str]:
    listed = json.loads((DATA / "iocs/expected.json").read_text("utf-8")).values()
    alone = (DATA / "iocs/amnesty_cytrox_domains.txt").read_text("utf-8").split()
    return sorted({*alone, *(domain for one in listed for domain in one.get("domain", []))})


def paragraphs() -> list[str]:
    files = [DATA / f"japanese/{name}_paragraphs.jsonl" for name in ("public", "seeds")]
    return [json.loads(line)["text"] for file in files for line in file.read_text("utf-8").splitlines()]


@pytest.mark.skipif(not DATA.is_dir(), reason="the published data is not beside the repository")
def test_published_domains_with_stops() -> None:
    """All that is found with dots is found with any of the stops."""
    domains = [domain for domain in listed_domains() if found(domain) == f"domain {domain}"]
    assert len(domains) > 300
    for stop in STOPS:
        written = [f"送信元は{domain.replace('.', stop)}です" for domain in domains]
        assert [found(text) for text in written] == [f"domain {domain}" for domain in domains]


@pytest.mark.skipif(not DATA.is_dir(), reason="the published data is not beside the repository")
def test_published_paragraphs_have_no_host_with_stops() -> None:
    """And next to none where sentences that end and begin with words of Latin letters meet; some begin with ``cat``."""
    texts = paragraphs()
    last = {word for text in texts for word in re.findall(r"([A-Za-z0-9._-]+)[ぁ-ん]{0,6}[。、]", text)}
    first = {
        word for text in texts for word in re.findall(r"(?:\A|[。、「（])([A-Za-z0-9]+ ?[ぁ-んァ-ヶ一-龠]+)", text)
    }
    assert min(len(texts), len(last), len(first)) > 150
    met = ["、".join(f"{end}。{begin}" for begin in sorted(first)) for end in sorted(last)]
    assert not [hit for text in texts for hit in find(text) if set(STOPS) & set(text[hit.start : hit.end])]
    wrong = [text[hit.start : hit.end] for text in met for hit in find(text) if "。" in text[hit.start : hit.end]]
    assert len(wrong) < len(last) * len(first) / 1000, sorted(set(wrong))[:20]
