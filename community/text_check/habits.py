"""Rules: habits that say who wrote. Signatures, greetings, "we at ...", a user's folder. For anonymous posts."""

from flask_babel import lazy_gettext as _l

from community.text_check import proofs
from community.text_check.rules import named

_signature = named("signature", _l("A signature says who wrote this."))
_greeting = named("greeting", _l("A greeting with a name says who wrote this."))
_employer = named("kind_of_employer", _l("This word says what kind of organization you work for."))
_folder = named("user_folder", _l("A path with the name of a user says whose machine it was."))
_computer = named("computer", _l("The name of a machine says whose it is to those who know the network."))

_WORD = r"[A-Z](?:\.(?= )|[A-Za-z'’-]{1,20})"
_NAME = rf"{_WORD}(?: {_WORD}){{0,3}}"
_PERSON = r"(?:[一-龠々]{1,4} ?[一-龠々]{0,4}|[ァ-ヴー]{2,8}|[ぁ-ん]{2,6}|[A-Z][a-z]{1,12})"
_HOUSE = (
    "(?:株式会社|有限会社|合同会社|[(]株[)]|㈱|[部課係室局省庁市区町村県府都署社]|電力|ガス|銀行|信金|信用金庫|病院|医院|水道|鉄道"
    "|空港|港湾|センター|機構|協会|組合|大学|(?i:cert|isac|csirt|soc|ceptoar))"
)
_LINE = r"[^\n]{1,120}"
_RULERS = tuple(5 * sign for sign in "━─═=*_☆★◆◇■□~-")
_SAYS_WHO = (
    *("文責", "担当", "報告者", "作成者", "記入者", "投稿者", "連絡先", "問い合わせ先", "問合せ先", "お問合わせ先"),
    *("所属", "氏名", "署名"),
)
_CLOSING = (
    r"(?:(?:[Kk]ind|[Bb]est|[Ww]arm|[Mm]any) (?:[Rr]egards|[Ww]ishes|[Tt]hanks)|[Rr]egards|[Bb]est|[Cc]heers"
    r"|[Tt]hanks(?: again)?|(?:[Yy]ours |[Ss]incerely )?(?:[Ss]incerely|[Ff]aithfully|[Tt]ruly|[Yy]ours)|BR)"
)
_POLITE = ("regards", "wishes", "thanks", "best", "cheers", "sincerely", "faithfully", "truly", "br,")
_OF_A_KIND = r"""
    hospital|clinic|patients|bank|branches|airport|port authority|terminal|refinery|pipeline|water utility|water works
    |substations?|power plant|power station|city hall|city office|municipality|ministry|prefecture|university
""".replace("\n    ", "").strip()

HABITS = (
    _signature(
        rf"--(?<![^\n]--)(?<![^\n]\n--) ?\n(?:{_LINE}(?:\n|\Z)){{1,10}}+",
        hints=("--\n", "-- \n"),
    ),
    _signature(
        r"(?P<rule>[━─═=*_☆★◆◇■□~-])(?<![^\n].)(?<![^\n]\n[=-])(?P=rule){4,80}+[^\n\w]{0,40}\n"
        rf"(?P<lines>(?:(?!(?P=rule){{3}}){_LINE}(?:\n|\Z)){{1,8}}+)(?:(?P=rule){{3,81}}+)?",
        proofs.names_a_contact,
        hints=_RULERS,
    ),
    _signature(
        r"以上(?<![^\n。]以上)[、,。 ]{0,2}(?!よろ|宜|のとおり|の通り)"
        rf"(?:\n?(?:文責|担当者?|報告者?)[: ]|[^\n。、]{{0,30}}{_HOUSE})[^\n。]{{1,40}}",
        hints=("以上",),
    ),
    _signature(
        rf"(?:{'|'.join(_SAYS_WHO)})者?(?:氏名|名)? ?[:=] ?(?P<what>[^\n。、]{{2,60}})",
        hints=_SAYS_WHO,
    ),
    _signature(
        rf"(?:[Rr]eported|[Ww]ritten|[Pp]repared|[Ss]ubmitted|[Pp]osted) by ?:? ?(?P<what>{_NAME})",
        proofs.begins_a_line,
        hints=(" by",),
    ),
    _signature(
        rf"(?:[Aa]uthor|[Rr]eporter|[Cc]ontact(?: [Pp]erson)?|[Pp]oint of [Cc]ontact|P[Oo]C|[Ss]igned) ?: ?"
        rf"(?P<what>{_NAME})",
        hints=("author", "reporter", "contact", "poc", "signed"),
    ),
    _greeting(
        r"お世話になって(?:おり|い)ます[。、,! ]{0,2}\n?(?P<what>[^\n。、]{2,40}?(?:です|と申します|でございます))"
    ),
    _greeting(r"(?<![^\n。、 ])(?P<what>[^\n。、]{1,40}と申します)", hints=("と申します",)),
    _greeting(
        rf"(?:\A|(?<=\n))(?P<what>[^\n。、の]{{0,30}}{_HOUSE}の{_PERSON}(?:です|でございます))(?=[。、!\n]|\Z)",
        hints=("です", "でございます"),
        within=200,
    ),
    _greeting(
        rf"{_CLOSING}(?: and [a-z ]{{1,20}})?(?:,\s{{0,3}}|\n\n?)"
        rf"(?P<what>{_NAME}(?:\n[A-Z][^\n.]{{1,80}}(?=\n|\Z)){{0,4}})",
        proofs.begins_a_line,
        hints=_POLITE,
    ),
    _greeting(
        rf"(?:[Mm]y name is|I am|I['’]m) (?P<what>{_NAME}(?:,? (?:from|at|of|with) {_NAME})?)",
        proofs.begins_a_word,
        hints=("my name is", "i am", "i'm", "i’m"),
    ),
    _greeting(rf"This is (?P<what>{_NAME} (?:from|at|of|with) {_NAME})", proofs.begins_a_line, hints=("this is",)),
    _greeting(
        rf"[Ww]e,? (?:at|here at|from) (?:the )?(?P<what>{_NAME})",
        proofs.begins_a_word,
        hints=("we at", "we here", "we from", "we, "),
    ),
    _employer(
        r"(?:[当弊]行(?!政|為|動|事|列|使)|当院|[当本]市(?!場|販|街|民)|[当本]県|当町|[当本]庁|本省|[当弊]庫"
        r"|当(?:組合|空港|港|病院|医院|大学|銀行|金庫|センター|事業所|営業所))",
        proofs.stands_for_we,
        hints=("当", "弊", "本"),
    ),
    _employer(rf"our (?:{_OF_A_KIND})(?![a-z])", proofs.begins_a_word, hints=("our ",), low=True),
    _folder(
        r"(?:/(?<![a-z0-9._~-]/)|\\{1,2})(?:users|home|documents and settings)[\\/]{1,2}"
        r"(?P<who>[^\s\\/:*?\"<>|%$]{2,64})(?=[\\/])",
        proofs.is_own_folder,
        hints=("users", "home", "documents and settings"),
        low=True,
    ),
    _computer(
        r"(?:DESKTOP|LAPTOP|WIN)-[A-Z0-9]{7,11}(?![A-Za-z0-9_-])",
        proofs.begins_a_word,
        hints=("desktop-", "laptop-", "win-"),
    ),
    _computer(
        r"(?:host ?name|computer ?name|ホスト名|コンピュータ名|端末名|pc名|サーバ名) ?[:=] ?"
        r"(?P<what>[a-z0-9][a-z0-9_.-]{2,62})",
        hints=("host", "computer", "ホスト名", "コンピュータ名", "端末名", "pc名", "サーバ名"),
        low=True,
    ),
)
