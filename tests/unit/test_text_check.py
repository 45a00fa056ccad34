"""What the check finds in anybody's text: persons, secrets, addresses inside. ⟦ ⟧ is what must be marked."""

import re

import pytest

from community.text_check import check


def marked(text: str) -> tuple[str, set[str]]:
    """The text with ⟦ ⟧ around what was found, and the rules that found it."""
    found = check(text, None)
    for one in reversed(found):
        text = f"{text[: one.start]}⟦{one.words}⟧{text[one.end :]}"
    return text, {one.rule for one in found}


FOUND = [
    ("mail_address", "Write to ⟦taro.yamada@power.example⟧."),
    ("mail_address", "連絡は⟦taro@power.co.jp⟧まで"),
    ("mail_address", "⟦taro[at]power[.]example⟧ and ⟦hanako@power[.]example⟧"),
    ("mail_address", "宛先：⟦ｔａｒｏ＠ｐｏｗｅｒ．ｃｏ．ｊｐ⟧"),
    ("mail_address", "⟦ta\u200bro@power.example⟧"),
    ("phone", "電話は⟦03-1234-5678⟧です"),
    ("phone", "⟦(03) 1234-5678⟧ or ⟦03(1234)5678⟧ or ⟦03 1234 5678⟧"),
    ("phone", "（⟦03-1234-5678⟧）電話（⟦03-1234-5678⟧）"),
    ("phone", "⟦０９０ー１２３４ー５６７８⟧、⟦090‐1234‐5678⟧"),
    ("phone", "携帯⟦09012345678⟧、⟦08012345678⟧"),
    ("phone", "⟦0120-123-456⟧ ⟦0570-000-123⟧ ⟦050-1234-5678⟧ ⟦0997-12-3456⟧"),
    ("phone", "⟦+81-3-1234-5678⟧ ⟦+81 (0)90 1234 5678⟧ ⟦+442079460958⟧"),
    ("phone", "Call ⟦(212) 555-0199⟧ or ⟦555-234-5678⟧"),
    ("phone", "TEL ⟦0312345678⟧ Phone: ⟦0312345678⟧ 電話番号：⟦0312345678⟧"),
    ("phone", "内線⟦1234⟧ ext. ⟦4567⟧"),
    ("phone", "03-\u200b1234-5678".join("⟦⟧")),
    ("postal_address", "⟦〒100-0005 東京都千代田区丸の内1-2-3 丸の内ビル5階⟧、受付"),
    ("postal_address", "本社は⟦東京都千代田区丸の内一丁目2番3号⟧です"),
    ("postal_address", "⟦北海道虻田郡もみじ町北一条東3-3⟧へ"),
    ("postal_address", "⟦大阪市北区梅田3-1-3⟧にて"),
    ("postal_address", "⟦1-2-3 Marunouchi, Chiyoda-ku, Tokyo 100-0005⟧, Japan"),
    ("postal_address", "at ⟦4899 Belfort Road⟧ in Jacksonville"),
    ("my_number", "マイナンバー⟦123456789018⟧"),
    ("my_number", "⟦1234-5678-9018⟧、⟦１２３４　５６７８　９０１８⟧"),
    ("card", "⟦4111111111111111⟧ ⟦4111 1111 1111 1111⟧ ⟦4111-1111-1111-1111⟧"),
    ("card", "⟦378282246310005⟧ ⟦3782 822463 10005⟧ ⟦3530111333300000⟧ ⟦5555555555554444⟧ ⟦2223003122003222⟧"),
    ("card", "カード番号は⟦４１１１１１１１１１１１１１１１⟧"),
    ("private_key", "⟦-----BEGIN RSA PRIVATE KEY-----\nMIIEab+/=\n-----END RSA PRIVATE KEY-----⟧ end"),
    ("private_key", "⟦-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza⟧"),
    ("private_key", "Comment: x\n⟦Private-Lines: 2\nAAAAgQab+/=\nBBBB⟧"),
    ("token", f"https://hooks.slack.com/services/⟦T0ABCDEFG/B0ABCDEFG/{'a1B2' * 6}⟧"),
    ("token", f"⟦AKIA{'ABCDEFGH' * 2}⟧"),
    ("token", f"⟦ghp_{'a1B2' * 9}⟧ ⟦github_pat_{'a1B2' * 6}⟧ ⟦glpat-{'a1B2' * 5}⟧"),
    ("token", "⟦xoxb-123456789012-abcdefABCDEF⟧"),
    ("token", "⟦eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N⟧"),
    ("token", "Authorization: Bearer ⟦abcdef0123456789ABCDEFxyz==⟧"),
    ("token", "https://x.example/?t=⟦ghp_" + "a1B2" * 9 + "⟧"),
    ("password", "password: ⟦hunter2⟧ and on"),
    ("password", "Password: ⟦spring⟧\nnext"),
    ("password", 'DB_PASSWORD="⟦Tr0ub4dor&3⟧"'),
    ("password", "パスワード：⟦Winter2024!⟧ パスワードは「⟦abc12345⟧」です"),
    ("password", "Ｐａｓｓｗｏｒｄ：⟦ｈｕｎｔｅｒ２⟧ です"),
    ("password", "the password is ⟦Spring2024⟧."),
    ("password", "api_key=⟦0a1b2c3d4e⟧ client secret: ⟦s3cr3t-words⟧"),
    ("password", "https://bob:⟦s3cr3t⟧@host.example/"),
    ("private_address", "⟦10.1.2.3⟧ ⟦192[.]168[.]10[.]5⟧ ⟦172.16.5.4⟧から"),
    ("private_address", "⟦http://10.1.2.3:8080/admin⟧ ⟦10.20.0.0/16⟧ ⟦fe80::1⟧ ⟦fd12:3456::1⟧"),
    ("private_address", "⟦１０．１．２．３⟧"),
    ("inside_host", "⟦dc01.corp.local⟧ と ⟦files.internal⟧ と ⟦pc7[.]lan⟧"),
    ("inside_host", r"⟦\\FILESRV01\share\plans⟧ was open"),
]


@pytest.mark.parametrize(("rule", "text"), FOUND)
def test_found(rule: str, text: str) -> None:
    assert marked(re.sub("[⟦⟧]", "", text)) == (text, {rule})


LEFT_ALONE = [
    # indicators of an attack
    "198.51.100.7, 8.8.8.8:53, 203[.]0[.]113[.]9, 2001:db8::1, 198.51.100.0/24",
    "d41d8cd98f00b204e9800998ecf8427e da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "CVE-2024-12345, T1059.001, evil[.]example, hxxps://evil[.]example/gate.php?id=105012867723",
    "`+161.35.106[.]28+` |`+N/A+` |DigitalOcean",
    "https://good.example@evil.example/ https://good.example:443@evil.example/",
    "noreply@evil.example no-reply@evil.example",
    "Wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, mutex 4f8c2a10-1234-4321-abcd-123456789012",
    # numbers that are something else
    "2024-01-15 10:20:30, 01-02-2024, 20240115, 202401151230, 1700000000, 13:45",
    "version 10.0.0.1, firmware 10.1.2.3, バージョン10.2.3.4, 1.02.0345",
    "111111111111 123456789012 4111111111111112 4111 1111 1111 1112 1234567890123456",
    "法人番号 1234567890123、口座 1234567、$1,234,567、100,000人",
    "12-34-56 00-1234-5678 3-1234-5678 03-12-34",
    "東京都千代田区、大阪府、神奈川県横浜市、3つの区と5つの市",
    "Section 5 Road map, 1000 Main users",
    # words about secrets
    "Passwords were stolen. The password is reset. Password: none. password: ********",
    "パスワードは定期的に変更してください。パスワード：変更済み",
    "password: infected. bypass: CVE-2024-1234, password spraying, reset password: https://x.example/",
    "password: [removed] パスワード：［削除］ password: <yours> password=${SECRET}",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "Bearer of this letter, basic authentication-mechanisms, bearer aaaaaaaaaaaaaaaaaaaaaaaa1",
    # what everybody has
    "127.0.0.1, 0.0.0.0, 255.255.255.0, 10.0.0.0/8, 192.168.0.0/16, 169.254.169.254",
    "/etc/hosts, appsettings.local(), sun.misc.internal.Thing, C:\\Windows\\System32",
    r"\\.\pipe\evil \\198.51.100.7\share \\?\C:\x",
    "以上、よろしくお願いします。お世話になっております。",
]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_left_alone(text: str) -> None:
    assert check(text, None) == []


def test_of_two_in_one_place_the_longer_one_is_told() -> None:
    found = check("http://taro:s3cr3t-words@10.1.2.3/ password: taro@power.example", None)
    assert [one.words for one in found] == ["http://taro:s3cr3t-words@10.1.2.3/", "taro@power.example"]


def test_every_finding_says_why() -> None:
    for _, text in FOUND:
        assert all(str(one.why).endswith(".") for one in check(re.sub("[⟦⟧]", "", text), None))
