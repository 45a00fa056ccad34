"""What gives away the author of an anonymous post, and what is known of nobody else. ⟦ ⟧ is what must be marked."""

import re

import pytest

from community.text_check import Author, check

TARO = Author(
    name="山田 太郎 (Taro Yamada)",
    mail="t-yamada@sakura-power.example",
    organizations=("さくら電力株式会社", "SPC"),
    domains=("sakura-power.example", "spc.co.jp"),
    networks=("203.0.113.0/24", "2001:db8:5::/48"),
)
HOME = "home"
ANN = Author("Ann Müller", "ann@gmail.com", ("Harbour Authority of Norwich Ltd.", "Harbour"), (), ())


def marked(text: str, author: Author = TARO) -> tuple[str, set[str]]:
    found = check(text, author)
    for one in reversed(found):
        text = f"{text[: one.start]}⟦{one.words}⟧{text[one.end :]}"
    return text, {one.rule for one in found}


FOUND = [
    # the name, in every script
    ("own_name", "⟦山田太郎⟧が見ました。⟦山田　太郎⟧、⟦太郎山田⟧"),
    ("own_name", "⟦山田⟧が見ました。⟦太郎⟧も。"),
    ("own_name", "⟦Taro Yamada⟧ saw it; ⟦YAMADA Taro⟧; ⟦Yamada, Taro⟧; ⟦yamada⟧"),
    ("own_name", "⟦ヤマダ⟧まで。⟦やまだ⟧さん、⟦やまだ⟧です。⟦タロー⟧、⟦たろう⟧"),
    ("own_name", "⟦Ｔａｒｏ　Ｙａｍａｄａ⟧"),
    ("own_name", "⟦山\u200b田⟧"),
    ("own_name", "account ⟦yamada⟧_01"),
    # mail and domains, defanged too
    ("own_mail", "⟦t-yamada@sakura-power.example⟧ ⟦T-Yamada[at]sakura-power[.]example⟧"),
    ("own_domain", "⟦www.sakura-power.example⟧ ⟦vpn[.]sakura-power[.]example⟧ ⟦spc.co.jp⟧ ⟦SPC.co.jp⟧"),
    ("own_domain", "https://⟦portal.spc.co.jp⟧/login"),
    # the organization
    ("own_organization", "⟦さくら電力株式会社⟧と⟦さくら電力⟧と⟦株式会社さくら電力⟧と⟦（株）さくら電力⟧"),
    ("own_organization", "⟦SPC⟧では"),
    ("own_organization", "host ⟦sakura-power⟧-dc"),
    # its addresses
    ("own_network", "from ⟦203.0.113.9⟧, ⟦203[.]0[.]113[.]10⟧, ⟦203.0.113.128/25⟧, ⟦2001:db8:5::1⟧, ⟦http://203.0.113.7/x⟧"),
    ("own_network", "⟦203.0.0.0/16⟧"),
    # signatures
    ("signature", "End.\n\n⟦-- \nBob\nSome Ltd⟧"),
    ("signature", "⟦以上、情報システム部 鈴木⟧"),
    ("signature", "担当：⟦鈴木一郎⟧"),
    ("signature", "連絡先: ⟦総務課⟧\n氏名：⟦鈴木⟧"),
    ("signature", "おわり\n\n⟦━━━━━━━━\n株式会社もみじ 総務部\n鈴木\n━━━━━━━━⟧"),
    ("signature", "Reported by: ⟦Bob Brown⟧\nContact: ⟦Bob⟧"),
    # greetings
    ("greeting", "いつもお世話になっております。⟦もみじ銀行の鈴木です⟧。"),
    ("greeting", "お世話になっております、\n⟦もみじ市役所 鈴木でございます⟧"),
    ("greeting", "⟦鈴木と申します⟧。"),
    ("greeting", "⟦もみじ病院の鈴木です⟧。\n不審なメールが届きました。"),
    ("greeting", "Seen today.\n\nKind regards,\n⟦Bob Brown\nHead of IT⟧"),
    ("greeting", "Best,\n⟦Bob⟧"),
    ("greeting", "My name is ⟦Bob Brown from Maple⟧"),
    ("greeting", "This is ⟦Bob Brown from Maple⟧."),
    ("greeting", "We at ⟦Maple Bank⟧ saw it"),
    # what else tells
    ("kind_of_employer", "⟦当行⟧では ⟦当院⟧でも ⟦本市⟧も ⟦当空港⟧と"),
    ("kind_of_employer", "attacks on ⟦our hospital⟧ and ⟦our substations⟧"),
    ("user_folder", rf"C:⟦\Users\suzuki⟧\Desktop\a.exe, ⟦/{HOME}/suzuki⟧/x"),
    ("computer", "⟦DESKTOP-AB12CD3⟧ ホスト名：⟦sv01⟧"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), FOUND)
def test_found_in_an_anonymous_post(rule: str, text: str) -> None:
    assert marked(re.sub("[⟦⟧]", "", text)) == (text, {rule})


@pytest.mark.parametrize("text", [re.sub("[⟦⟧]", "", text) for _, text in FOUND])
def test_a_named_post_may_tell_who_wrote_it(text: str) -> None:
    assert not {one.rule for one in check(text, None)} - {"mail_address", "phone"}


LEFT_ALONE = [
    "もみじ電力とかえで銀行、Maple Corporation and Harbour Bank, maple.example, 198.51.100.7",
    "山が見える田んぼ、太い郎等。あたろうとした。ヤマダムシ、カナヤマダム",
    "tarot cards, yamadas, spc in small letters, sakura, power.example",
    "203.0.114.9 2001:db8:6::1 Version 203.0.113.9",
    "以上のとおりです。以上、よろしくお願いします。お世話になっております。",
    "担当行政庁、該当行、改行、次行、熊本市、松本市場、日本県人会",
    "It was reported by Maple News. Seen last, Best,\nBob's host. We think This is Bob from Norway.",
    "This is Emotet. I am sure. Best Buy was hit. Regards the matter as closed.",
    "C:\\Users\\Public\\a.exe C:\\Windows\\x https://evil.example/home/images/x",
    "今回の対象は設定の変更です。\n原因は不明です。",
    "長い報告の終わりに。" * 30 + "\nもみじ病院の鈴木です。",
    "━━━━━━━━\n一行目\n二行目\n━━━━━━━━",
    "Title\n=====\n\ntext\n\n-----\n\n| a | b |\n|---|---|\n\n* * *\n\n-- not alone",
]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_left_alone_in_an_anonymous_post(text: str) -> None:
    assert check(text, TARO) == []


@pytest.mark.parametrize(
    ("author", "text"),
    [
        (Author("山田太郎"), "⟦山田⟧と⟦太郎⟧と⟦山田太郎⟧"),
        (Author("佐々木健太"), "⟦佐々木⟧と⟦佐々木健太⟧"),
        (Author("森 健"), "⟦森健⟧と森と健"),
        (Author("斎藤 涼"), "⟦齋藤⟧ ⟦斉藤⟧ ⟦斎藤⟧"),
        (Author("やまだ たろう"), "⟦Yamada⟧ ⟦taroh⟧ ⟦ヤマダ⟧ ⟦やまだ たろう⟧"),
        (Author("オオノ ジュンイチ"), "⟦Ohno⟧ ⟦Ono⟧ ⟦Junichi⟧ ⟦Jun'ichi⟧ ⟦おおの⟧が"),
        (Author("Shinichi Sato"), "⟦しんいち⟧と ⟦サトウ⟧"),
        (Author("Will Ng"), "⟦Will⟧ will. ⟦Will Ng⟧, ng"),
        (Author("Mary-Jane O’Neil"), "⟦Mary-Jane⟧ and ⟦O’Neil⟧"),
        (Author(mail="hanako.suzuki2@power.example"), "⟦suzuki⟧ ⟦スズキ⟧さん ⟦hanako.suzuki2@power.example⟧"),
        (Author(mail="info@power.example"), "info about ⟦power.example⟧"),
        (Author(mail="x@gmail.com"), "sent by gmail.com"),
        (ANN, "⟦Ann⟧ and ⟦Müller⟧, ⟦Harbour Authority of Norwich⟧, ⟦Harbour⟧ and a ⟦harbour⟧, ⟦HAN⟧ but han"),
        (Author(), "nothing is known, Taro Yamada"),
    ],
)
def test_names_of_all_kinds(author: Author, text: str) -> None:
    assert marked(re.sub("[⟦⟧]", "", text), author)[0] == text


def test_one_place_is_told_once_and_as_what_it_is() -> None:
    found = check("Kind regards,\nTaro Yamada\nSPC, 03-1234-5678", TARO)
    assert [one.rule for one in found] == ["greeting"]
    assert [one.rule for one in check("t-yamada@sakura-power.example", TARO)] == ["own_mail"]
    assert [one.rule for one in check("http://203.0.113.9/", TARO)] == ["own_network"]
