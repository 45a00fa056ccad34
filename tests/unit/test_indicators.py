"""Indicators: small samples of our own, properties, and (where the data is at hand) 16 published reports."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.indicators import Indicator, Kind, defang, find

PUBLISHED = Path(__file__).parents[3] / "shared/data/iocs"
MD5 = "0123456789abcdef0123456789abcdef"


def found(text: str) -> list[tuple[str, str]]:
    return [(hit.kind.value, hit.value) for hit in find(text)]


FOUND = [
    ("送信元192.0.2.10と203.0.113.7です", "ipv4 192.0.2.10, ipv4 203.0.113.7"),
    ("192[.]0[.]2[.]1 192(.)0(.)2(.)1 192.0.2[.]1 192[.0[.2[.1", "ipv4 192.0.2.1, " * 3 + "ipv4 192.0.2.1"),
    ("１９２．０．２．１と【192.0.2.2】", "ipv4 192.0.2.1, ipv4 192.0.2.2"),
    ("①192.0.2.1、②192.0.2.2", "ipv4 192.0.2.1, ipv4 192.0.2.2"),
    ("192.0.2.1-192.0.2.9, 192.0.2.1/192.0.2.2", "ipv4 192.0.2.1, ipv4 192.0.2.9, ipv4 192.0.2.1, ipv4 192.0.2.2"),
    ("traffic from 192.0.2.1.The attackers", "ipv4 192.0.2.1"),
    ("root@192.0.2.1 and 192.0.2.1:8080", "ipv4 192.0.2.1, ipv4 192.0.2.1"),
    ("192.0.2.0/24、2001:db8::/32", "cidr 192.0.2.0/24, cidr 2001:db8::/32"),
    (
        "2001:DB8:0:0::1 2001[:]db8[:][:]2 ::1 fe80::1%eth0",
        "ipv6 2001:db8::1, ipv6 2001:db8::2, ipv6 ::1, ipv6 fe80::1",
    ),
    (
        "::ffff:192.0.2.1 [2001:db8::1]:443 from 2001:db8::2:",
        "ipv6 ::ffff:192.0.2.1, ipv6 2001:db8::1, ipv6 2001:db8::2",
    ),
    ("evil.exampleへ接続、bad[.]co.jpと", "domain evil.example, domain bad.co.jp"),
    ("evil[dot]com evil (dot) com evil[.]com evil.]com EVIL.COM", "domain evil.com, " * 4 + "domain evil.com"),
    ("*.evil.com, @evil.com, (evil.com), “evil.com”, evil.com.", "domain evil.com, " * 4 + "domain evil.com"),
    (
        "ｅｖｉｌ．ｅｘａｍｐｌｅ 𝐞𝐯𝐢𝐥.example evil\u200b.example",
        "domain evil.example, " * 2 + "domain evil.example",
    ),
    ("_evil.com_ **evil.com** ~~evil.com~~ `evil.com` |evil.com|", "domain evil.com, " * 4 + "domain evil.com"),
    (
        "_dmarc.evil.com ns-1.a--b.evil.com xn--r8jz45g.jp",
        "domain _dmarc.evil.com, domain ns-1.a--b.evil.com, domain xn--r8jz45g.jp",
    ),
    ("аррӏе.com", "domain аррӏе.com"),
    ("evil.com（C2）とbad.net", "domain evil.com, domain bad.net"),
    ("evil.com/bad.com", "domain evil.com, domain bad.com"),
    (f"{MD5}.evil.com", f"domain {MD5}.evil.com"),
    ("www.run.zip foo[.]zip foo[.]sh", "domain www.run.zip, domain foo.zip, domain foo.sh"),
    ("router.local, abcdefgh.onion, relay.test", "domain router.local, domain abcdefgh.onion, domain relay.test"),
    ("https://evil.example/gate.php?x=1#a.", "url https://evil.example/gate.php?x=1#a"),
    (
        "hxxp://evil[.]example hXXps[:]//evil[.]example/a[.]php",
        "url http://evil.example, url https://evil.example/a.php",
    ),
    (
        "h**p://evil.example ttps://evil.example fxp://evil.example/",
        "url http://evil.example, url https://evil.example, url ftp://evil.example/",
    ),
    ("https[:]//evil[.]example[:]8443[/]a[/]b", "url https://evil.example:8443/a/b"),
    ("ｈｔｔｐｓ：／／ｅｖｉｌ．ｅｘａｍｐｌｅ／ａ", "url https://evil.example/a"),
    ("https://evil.exampleに接続（https://evil.example/x）と", "url https://evil.example, url https://evil.example/x"),
    ("https://evil.example/x（C2サーバ）", "url https://evil.example/x"),
    (
        "(https://evil.example/a_(b)) <https://evil.example/c>",
        "url https://evil.example/a_(b), url https://evil.example/c",
    ),
    ("http://a.example/x,http://b.example/y", "url http://a.example/x, url http://b.example/y"),
    ("https://例え.jp/ http://[2001:db8::1]:80/x", "url https://例え.jp/, url http://[2001:db8::1]:80/x"),
    ("https://good.example@evil.example/", "url https://good.example@evil.example/"),
    ("${jndi:ldap://192.0.2.1:1389/a}", "url ldap://192.0.2.1:1389/a"),
    ("http://localhost:8080/x", "url http://localhost:8080/x"),
    ("evil[.]net/API/gate.php と 192.0.2.1:8080/gate", "url evil.net/API/gate.php, url 192.0.2.1:8080/gate"),
    (
        "bad(at)mail[.]bad.co.jp Bad.Man@Evil.Example mailto:a@b.example",
        "email bad@mail.bad.co.jp, email Bad.Man@evil.example, email a@b.example",
    ),
    ("a [at] b.example, a＠ｂ．example", "email a@b.example, email a@b.example"),
    ("a" * 70 + "@b.example", "domain b.example"),
    (f"MD5:{MD5.upper()} file_{MD5}.exe", f"md5 {MD5}, md5 {MD5}"),
    (f"+{MD5[:8]}{MD5}+ {MD5 * 2} {MD5 * 4}", f"sha1 {MD5[:8]}{MD5}, sha256 {MD5 * 2}, sha512 {MD5 * 4}"),
    (
        "CVE-2024-3400とＣＶＥ－２０２３－４６８０５、cve-2021-44228.",
        "cve CVE-2024-3400, cve CVE-2023-46805, cve CVE-2021-44228",
    ),
    ("CVE–2024–3400 CVE 2024-21762", "cve CVE-2024-3400, cve CVE-2024-21762"),
    ("T1566.001、TA0001, T0831.", "attack_id T1566.001, attack_id TA0001, attack_id T0831"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_found(text: str, expected: str) -> None:
    assert ", ".join(f"{kind} {value}" for kind, value in found(text)) == expected


NOT_FOUND = [
    "e.g. this, i.e. that, etc. a.m. U.S. Ph.D. No.1 Fig.2 vs. Co.,Ltd.",
    "The scan finished.The next began. It is done.In the morning we saw it.is",
    "We replaced the firewall.In the evening it came back; the gateway.It failed again",
    "We rebooted this.it helped; look at this.name, self.id, user.email, os.name and file.info",
    "readme.md main.py run.sh script.pl lib.rs main.cc libc.so.6 archive.zip evil.exe Update.exe Makefile.am.txt",
    "README.ja.md a.b.py src/evil.com /tmp/evil.com C:\\Windows\\evil.com",
    "version 10.1.2.3, v1.2.3.4, Ver.10.1.2.3, 4.0.30319 and 1.2.3.4.5; up to 7.1.2.3 and 7.1.2.4",
    "バージョン10.1.2.3、第1.2.3.4節、図1.2.3.4、10.1.2.3以前、10.1.2.3 and earlier",
    "Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36",
    "999.1.1.1 01.02.03.04 1.2.3 256.256.256.256",
    "2024.10.15 15.10.2024 12:34:56 00:11:22:33:44:55 00:11:22:33:44:55:66:77 10.km 9.am",
    "std::vector a::b dead::beef ::",
    "Win32/Agent.AE Backdoor.Win32.Agent.ch Trojan.Agent.CC Win32/TrojanDownloader.Agent.EYV PHP/Agent.KR",
    "System.Net ASP.NET Node.js java.io com.example.app Safari.app Class.forName",
    "co.jp go.jp co.uk を持つ組織",
    "0123456789012345678901234567890123456789 " + "a" * 40 + " " + "ab1" * 11,
    "CVE-1234-5678 CVE-2024-123 XCVE-2024-3400x T9999 t1566 AT1566 T15660",
    "例え.jp 、。 [.] (.) http:// https:// @ @@ :// a@b user@host",
    f"{'a' * 64}.example.{'b' * 300}.com",
    "",
]


@pytest.mark.parametrize("text", NOT_FOUND)
def test_left_alone(text: str) -> None:
    assert found(text) == []


def test_places_are_those_of_the_original_text() -> None:
    text = "\u200bＣ２は\u00adevil[.]exa\u200bmpleと１９２．０．２．１です"
    assert [text[hit.start : hit.end] for hit in find(text)] == ["evil[.]exa\u200bmple", "１９２．０．２．１"]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("ipv4", "192.0.2.1", "192[.]0[.]2[.]1"),
        ("ipv6", "2001:db8::1", "2001[:]db8[:][:]1"),
        ("cidr", "192.0.2.0/24", "192[.]0[.]2[.]0/24"),
        ("domain", "evil.example", "evil[.]example"),
        ("url", "https://evil.example/a.php", "hxxps://evil[.]example/a.php"),
        ("url", "ldap://192.0.2.1:1389/a", "ldap[:]//192[.]0[.]2[.]1:1389/a"),
        ("url", "http://[2001:db8::1]:80/x", "hxxp://[2001[:]db8[:][:]1]:80/x"),
        ("url", "evil.example/a.php", "evil[.]example/a.php"),
        ("email", "a.b@evil.example", "a.b[at]evil[.]example"),
        ("md5", MD5, MD5),
        ("cve", "CVE-2024-3400", "CVE-2024-3400"),
    ],
)
def test_defanged(kind: str, value: str, expected: str) -> None:
    assert defang(value, kind) == expected


LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOST = st.builds(
    lambda labels, end: ".".join([*labels, end]),
    st.lists(LABEL, min_size=1, max_size=3),
    st.sampled_from(["com", "co.jp", "example"]),
)
PATH = st.from_regex(r"(/[A-Za-z0-9_~%=&?.-]{0,8}[a-z0-9]){0,3}", fullmatch=True)
SCHEME = st.sampled_from(["http", "https", "ftp", "ldap"])
VALUES = st.one_of(
    st.ip_addresses(v=4).map(lambda ip: (Kind.IPV4, str(ip))),
    st.ip_addresses(v=6, network="2001:db8::/32").map(lambda ip: (Kind.IPV6, str(ip))),
    st.builds(lambda ip, size: (Kind.CIDR, f"{ip}/{size}"), st.ip_addresses(v=4), st.integers(8, 32)),
    HOST.map(lambda host: (Kind.DOMAIN, host)),
    st.builds(lambda scheme, host, path: (Kind.URL, f"{scheme}://{host}{path}"), SCHEME, HOST, PATH),
    st.builds(lambda name, host: (Kind.EMAIL, f"{name}@{host}"), LABEL, HOST),
    st.integers(10**5, 10**6).map(lambda number: (Kind.CVE, f"CVE-2024-{number}")),
    st.binary(min_size=32, max_size=32).map(lambda digest: (Kind.SHA256, digest.hex())),
)
OTHER_HASHES = re.compile(r"[0-9]+|[a-f]+")


@settings(max_examples=200, deadline=None)
@given(
    VALUES,
    st.sampled_from([("", ""), ("送信元は", "です。"), ("from ", ", and"), ("（", "）"), ("`", "`"), ("- ", "\n")]),
)
def test_what_is_defanged_is_found_again(value: tuple[Kind, str], around: tuple[str, str]) -> None:
    kind, text = value
    if kind is Kind.SHA256 and OTHER_HASHES.fullmatch(text):
        return
    shown = defang(text, kind)
    hits = find(around[0] + shown + around[1])
    assert hits == [Indicator(kind, text, len(around[0]), len(around[0]) + len(shown))]
    assert kind not in (Kind.IPV4, Kind.DOMAIN, Kind.EMAIL) or text not in shown


MARKS = "a 1 . : / @ [ ] ( ) - _ , ; http:// hxxp[:]// [.] (dot) [at] :: evil.com 192.0.2.1 CVE- 2024-3400 T1566 は ．"
PIECES = st.sampled_from([*MARKS.split(" "), "\u200b", "\n", " "])


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join))
def test_hits_are_in_order_inside_the_text_and_apart(text: str) -> None:
    at = 0
    for hit in find(text):
        assert at <= hit.start < hit.end <= len(text)
        assert hit.value == hit.value.strip()
        at = hit.end


PATHOLOGICAL = [
    "a.",
    "a[.]",
    "a [.] ",
    "a-",
    "a_",
    "_",
    "a",
    "1.",
    "1.1.1.1 ",
    "http://",
    "http://a:",
    "http://a/",
    "a@",
    "a@b.",
    ":",
]
PATHOLOGICAL += [
    "::",
    "a:",
    "f" * 33 + " ",
    "[.",
    "(",
    "あ",
    "あ.",
    "CVE-",
    "a/",
    "%",
    "+a",
    ".a",
    "http://a/" + ")" * 300,
    "e.g. ",
    "１．",
]
PATHOLOGICAL += [
    "evil.com/a,http://",
    "a [at] ",
    "\u200b",
    "2001:db8::1 ",
    "1.2.3.4/",
    "v1.2.3.4, ",
    "a.com/b.com/",
    "İ.",
    "a。",
    "io。" * 8 + " ",
    "evil。com。",
    "http://例。",
    "a[。]",
]


@pytest.mark.parametrize("piece", PATHOLOGICAL)
def test_the_time_grows_with_the_length_and_not_faster(piece: str) -> None:
    def cost(characters: int) -> float:
        text, best = piece * (characters // len(piece)), 60.0
        for _ in range(2):
            start = time.process_time()
            find(text)
            best = min(best, time.process_time() - start)
        return best

    # Eight times the length: linear is 8, quadratic 64. What takes no time at all is not worth comparing.
    assert cost(80_000) <= 20 * cost(10_000) + 0.02


def test_published_reports() -> None:
    """Counts over all 16 documents: nearly everything listed is found, and nearly nothing else."""
    if not (PUBLISHED / "expected.json").is_file():
        pytest.skip("the published reports are not beside the repository")
    right: dict[str, int] = {}
    extra: dict[str, int] = {}
    missed: dict[str, int] = {}
    for name, listed in json.loads((PUBLISHED / "expected.json").read_text("utf-8")).items():
        hits = found((PUBLISHED / name).read_text("utf-8"))
        for kind in ("ipv4", "domain", "url", "email", "sha1", "cve"):
            wanted, got = set(listed.get(kind, [])), {value for other, value in hits if other == kind}
            got -= {
                value
                for value in got - wanted
                if any(link.startswith(value) for link in listed.get("reference_links", []))
            }
            right[kind] = right.get(kind, 0) + len(wanted & got)
            extra[kind] = extra.get(kind, 0) + len(got - wanted)
            missed[kind] = missed.get(kind, 0) + len(wanted - got)
    for kind, count in right.items():
        assert count / (count + missed[kind]) >= 0.98, (kind, missed)
        assert count / (count + extra[kind]) >= 0.95, (kind, extra)
