"""Does a word with full stops in it name a host?

A file name, a version, a date, a line of a program and two sentences without a blank look much the same. The endings
are a list of our own, not all that exist: the countries, what criminals and the rest of us use, and the reserved ones.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COUNTRIES = _words("""
    ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca
    cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo
    fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je
    jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo
    mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt
    pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk
    tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
""")
_GENERIC = _words("""
    com net org edu gov mil int arpa info biz name pro mobi asia jobs tel travel post coop aero museum cat xxx
    academy accountant agency app art auction audio auto bank bar beauty best bet bid blog boutique business
    buzz cab cafe cam camp capital care cash casino center chat cheap church city claims click clinic cloud club
    codes coffee community company computer consulting contact cool country credit cricket cyou dance date
    dating deals delivery dental design dev digital direct directory dog domains download earth education email
    energy engineer enterprises equipment estate events exchange exposed express fail faith family fans farm
    fashion film finance financial fish fit fitness fun fund futbol gallery game games garden gift gifts glass
    global gold golf goog google graphics gratis group guide guru hair health help homes host hosting house icu
    immo inc ink institute insurance international investments kim kitchen land lat law lawyer legal life
    lighting limited link live llc loan loans lol london ltd makeup management market marketing markets mba
    media men moe mom money monster moscow mov movie nagoya network news ninja observer okinawa one onl online
    osaka page partners parts party photo photography photos pics pictures pink pizza place plus poker press
    productions pub quest racing realty recipes red rent repair report rest restaurant review reviews
    rip rocks run sale sbs school science security services sex shoes shop shopping show site ski skin social
    software solar solutions space storage store stream studio study style supplies supply support surf surgery
    sydney systems tattoo tax taxi team tech technology tennis theater tips tires today tokyo tools top tours
    town toys trade trading training tube university uno vacations ventures vet video villas vin vip vision
    vodka vote voyage wang watch webcam website wiki win wine work works world wtf xin xyz yachts yoga yokohama
    zip zone
""")
_RESERVED = _words("example test invalid local localhost onion internal lan corp")
_ENDINGS = _COUNTRIES | _GENERIC | _RESERVED
# What everybody registers under, and what therefore is nobody's own.
_SUFFIXES = frozenset(
    f"{second}.{top}"
    for top, seconds in {
        "jp": "ac ad co ed go gr lg ne or",
        "uk": "ac co gov ltd me net nhs org plc",
        "kr": "ac co go ne or re",
        "cn": "ac com edu gov net org",
        "tw": "com edu gov idv net org",
        "au": "com edu gov net org",
        "br": "com gov net org",
        "in": "co gov net org",
    }.items()
    for second in seconds.split()
)
CLASSIC = _words("com net org edu gov mil int jp cn")
# Endings that are more often a file's: a name of two parts is taken for a file, with the strict ones a longer name too.
_FILE_STRICT = _words("md sh py ps so mk pm tf zip mov cab")
_FILE_LIKE = _FILE_STRICT | _words("cc cr pl rs")
# The last word of a sentence whose full stop has no blank after it, or the object in a line of a program.
COMMON_WORDS = _words("""
    a about after again all also am an and any app are args as at away back be been before below but by came can
    code config copy could data day did do document does done down e each east email end etc even event
    everything exec file files first fix foo for found from get go had has have he help her here him his host
    how i if image in inc index info input into io is it item its java javax just key know last later left line
    link list log look made mail main make many map may me message might mode model module more most much must
    my name need network never new next no node none north not nothing now number obj object of off old on once
    one online only open or org os other our out output over own page params parent part path place please
    plugin point possible process public quickly read record records regarding report request response result
    right root run said same see self send server service session set several she should since site so some
    something soon source south state still stop such support sys system target team tests than that the them
    then there these they thing things this those time to today too type under until up update us use user users
    using value very via wait was way we week well went were west what when where which while who why will
    window with within without work works would year yes yet you your
""")
_NOT_HOSTS = _words("ado.net asp.net ml.net paint.net vb.net")
_PACKAGES = _words("com io net org")  # com.example.app names a program


def is_v4(host: str) -> bool:
    """Four numbers from 0 to 255 as they are usually written."""
    parts = host.split(".")
    return len(parts) == 4 and all(part.isdecimal() and part == str(int(part)) and int(part) < 256 for part in parts)


def is_domain(written: str, marked: bool) -> bool:
    """Is this a domain? ``marked``: somebody defanged it or put it behind an @, so that only its ending is asked."""
    host = written.lower()
    labels = host.split(".")
    if len(labels) < 2 or len(host) > 253 or len(max(labels, key=len)) > 63 or host in _SUFFIXES:
        return False
    if labels[-1] not in _ENDINGS and not labels[-1].startswith("xn--"):
        return False
    return marked or not (_is_foreign_case(written.split("."), labels[-1]) or _is_something_else(labels))


def _is_foreign_case(written: list[str], ending: str) -> bool:
    """Capitals as no host has them: a new sentence, a class, what a scanner calls a virus, an application of a Mac."""
    if all(label == label.upper() for label in written):
        return False
    capitals = sum(label != label.lower() for label in written)
    return written[-1] != ending or capitals > 1 or (ending == "app" and capitals > 0)


def _is_something_else(labels: list[str]) -> bool:
    """A file, the end of a sentence, a quantity, a package of a program."""
    name, ending = labels[-2:]
    short = len(labels) == 2
    return (
        (ending in _FILE_LIKE and (short or ending in _FILE_STRICT) and labels[0] != "www")
        or (short and name in COMMON_WORDS and ending not in CLASSIC)
        or (len(ending) == 2 and ending not in CLASSIC and all(label.isdecimal() for label in labels[:-1]))
        or (labels[0] in _PACKAGES and ending not in CLASSIC)
        or (short and f"{name}.{ending}" in _NOT_HOSTS)
    )
