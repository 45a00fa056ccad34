"""Rules: what leads to a person. Telephone numbers, postal addresses, My Number, payment cards."""

from flask_babel import lazy_gettext as _l

from community.text_check import proofs
from community.text_check.rules import DASH, DONE, free, named

MAIL_ADDRESS = _l("A mail address leads to a person. Leave it if it belongs to the attack.")

_phone = named("phone", _l("A telephone number leads to a person or an office."))
_postal = named("postal_address", _l("A postal address says where somebody is."))
_my_number = named("my_number", _l("This is a valid My Number. It must not be passed on."))
_card = named("card", _l("This is a valid number of a payment card."))

_GAP = rf"(?: ?[{DASH}] ?|[ ()]{{1,2}})"
_REST = rf"[0-9]{{1,4}}{_GAP}[0-9]{{3,4}}{DONE}"
_GIVEN = r"\(?(?P<what>\+?[0-9](?:[- ()]{0,2}[0-9]){8,12}+)(?![0-9a-z])"
_PREFECTURE = "(?:東京都|北海道|大阪府|京都府|神奈川県|和歌山県|鹿児島県|[一-龠]{2}県)"
_PLACE = r"[^\s。、,:;「」()<>|0-9]"
_COUNT = "[0-9〇一二三四五六七八九十]"
_MORE = rf"{_COUNT}{{1,4}}(?:番地|番|号|[{DASH}の](?=[0-9]))?"
_HOUSE = rf"{_COUNT}{{1,4}}(?:丁目|番地|番|[{DASH}の](?=[0-9]))(?:{_MORE}){{0,3}}+"
_SHIRE = "(?:ku|shi|gun|cho|machi|son|mura|to|fu|ken)"
_STREET = r"(?:Street|Avenue|Boulevard|Road|Lane|Drive|Highway|St\.|Ave\.?|Blvd\.?|Rd\.?)"
_STREETS = ("street", "avenue", "boulevard", "road", "lane", "drive", "highway", "st.", "ave", "blvd", "rd.")

PERSONS = (
    _phone(rf"(?:\(0[0-9]{{1,4}}\) ?|{free('0')}[0-9]{{1,4}}{_GAP}){_REST}", proofs.is_japanese_phone),
    _phone(rf"{free('0')}[5789]0[1-9][0-9]{{7}}{DONE}", proofs.is_japanese_phone),
    _phone(
        rf"\+(?<![A-Za-z0-9_=]\+)[1-9][0-9]{{0,2}}+(?:[ .{DASH}]?(?:[0-9]{{1,4}}+|\([0-9]{{1,4}}\))){{2,6}}+{DONE}",
        proofs.is_international_phone,
    ),
    _phone(rf"(?:\([2-9][0-9]{{2}}\) ?|{free('[2-9]')}[0-9]{{2}}[-.])[2-9][0-9]{{2}}[-.][0-9]{{4}}{DONE}"),
    _phone(
        rf"(?:tel(?<![a-z]tel)[.:]? ?|fax(?<![a-z]fax)[.:]? ?|(?:telephone|phone|mobile|cell)(?: no\.?| number)?: ?)"
        rf"{_GIVEN}",
        hints=("tel", "fax", "phone:", "mobile:", "cell:", "no:", "no.:", "number:"),
        low=True,
    ),
    _phone(rf"(?:電話|携帯|ファックス)(?:番号)?[は:]? ?{_GIVEN}", hints=("電話", "携帯", "ファックス")),
    _phone(
        r"(?:内線(?:番号)?[は:]? ?|ext\.:? ?|extension:? ?)(?P<what>[0-9]{3,6})(?![0-9a-z])",
        hints=("内線", "ext.", "extension"),
        low=True,
    ),
    _postal(
        rf"〒 ?[0-9]{{3}}[{DASH}]?[0-9]{{4}}(?![0-9])"
        rf"(?:\s?(?={_PREFECTURE}|[一-龠]{{1,6}}[市区町村郡])[^\n。、,]{{2,60}})?",
        hints=("〒",),
    ),
    _postal(rf"{_PREFECTURE}{_PLACE}{{2,30}}?{_HOUSE}", hints=("都", "北海道", "府", "県")),
    _postal(
        rf"[一-龠](?<![一-龠].)[一-龠]{{0,5}}[市区]{_PLACE}{{1,15}}?{_HOUSE}{_COUNT}?",
        hints=("市", "区"),
    ),
    _postal(
        rf"{free('[0-9]')}[0-9]{{0,3}}(?:-[0-9]{{1,4}}){{1,3}},? [A-Z][A-Za-z-]{{1,30}}(?: [0-9][A-Za-z-]{{1,9}})?,"
        rf"(?: [A-Z][A-Za-z]{{1,30}},)? [A-Z][a-z]{{1,30}}-{_SHIRE}(?:, [A-Z][a-z]{{1,30}})?"
        r"(?:,? [0-9]{3}-[0-9]{4})?",
        hints=("-ku", "-shi", "-gun", "-cho", "-machi", "-son", "-mura", "-to", "-fu", "-ken"),
    ),
    _postal(
        rf"{free('[0-9]')}[0-9]{{0,4}} (?:[NSEW]\.? )?(?:[A-Z][a-z]{{1,19}} ){{1,3}}{_STREET}(?![A-Za-z])",
        hints=_STREETS,
    ),
    _my_number(
        rf"{free('[0-9]')}(?<![0-9a-f]{{4}}-.)(?<![0-9]{{4}} .)[0-9]{{3}}(?P<gap>[ -]?)[0-9]{{4}}(?P=gap)[0-9]{{4}}"
        rf"{DONE}(?! [0-9]{{4}})",
        proofs.is_my_number,
    ),
    _card(
        r"[2-6](?<![A-Za-z0-9_/+].)(?<![0-9][-.:].)(?:[0-9]{13,18}|"
        r"[0-9]{3}(?P<gap>[ -])[0-9]{4}(?P=gap)[0-9]{4}(?P=gap)[0-9]{4}"
        rf"|[0-9]{{3}}(?P<wide>[ -])[0-9]{{6}}(?P=wide)[0-9]{{4,5}}){DONE}",
        proofs.is_card,
    ),
)
